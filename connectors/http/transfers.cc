#include "http/transfers.h"

#include "http/transfer.h"

#include <algorithm>

namespace millrace::http {

namespace {

using std::chrono::milliseconds;

void initialise_libcurl() {
  static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(once);
}

}  // namespace

Transfers::Transfers(const Settings& settings) : settings_(settings) {
  initialise_libcurl();
  multi_ = curl_multi_init();
  const auto count = settings.transfer.in_flight + 1;
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(count + 1));
  slots_.resize(count);
}

Transfers::~Transfers() {
  for (Slot slot = 0; slot < slots_.size(); ++slot) abort(slot);
  slots_.clear();
  curl_multi_cleanup(multi_);
}

Request& Transfers::request(Slot slot) {
  if (!slots_[slot]) slots_[slot] = std::make_unique<Transfer>(settings_);
  return slots_[slot]->request;
}

void Transfers::begin(Slot slot, const std::string& bearer) {
  Transfer& transfer = *slots_[slot];
  transfer.prepare(bearer);
  transfer.running = true;
  ++open_;
  if (settings_.transfer.connect_timeout.count() < 0 ||
      settings_.transfer.read_timeout.count() < 0) {
    never_sent_.push_back(slot);
    return;
  }
  curl_easy_setopt(transfer.handle(), CURLOPT_PRIVATE, reinterpret_cast<void*>(slot));
  curl_multi_add_handle(multi_, transfer.handle());
}

void Transfers::abort(Slot slot) {
  if (!slots_[slot] || !slots_[slot]->running) return;
  slots_[slot]->running = false;
  --open_;
  if (std::erase(never_sent_, slot) > 0) return;
  curl_multi_remove_handle(multi_, slots_[slot]->handle());
}

std::span<Transfers::Finished> Transfers::drive(milliseconds longest) {
  finished_.clear();
  while (!never_sent_.empty()) {
    finished_.push_back({never_sent_.back(), {.problem = "a time limit is negative"}});
    abort(finished_.back().slot);
  }
  if (!finished_.empty()) return finished_;
  int running = 0;
  curl_multi_perform(multi_, &running);
  collect();
  if (finished_.empty() && open_ > 0) check_silence(longest);
  if (!finished_.empty() || open_ == 0) return finished_;
  curl_multi_poll(multi_, nullptr, 0, static_cast<int>(longest.count()), nullptr);
  curl_multi_perform(multi_, &running);
  collect();
  return finished_;
}

void Transfers::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    void* slot = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &slot);
    finish(reinterpret_cast<Slot>(slot), message->data.result);
  }
}

void Transfers::finish(Slot slot, int code) {
  Transfer& transfer = *slots_[slot];
  const bool silent = code < 0;
  finished_.push_back({slot, transfer.outcome(static_cast<CURLcode>(silent ? 0 : code), silent)});
  abort(slot);
}

/// Ends requests that nothing was heard of for too long; shortens the wait to the next such moment.
void Transfers::check_silence(milliseconds& longest) {
  const auto now = Transfer::Clock::now();
  for (Slot slot = 0; slot < slots_.size(); ++slot) {
    if (!slots_[slot] || !slots_[slot]->running) continue;
    const auto until = slots_[slot]->silent_until();
    if (until == Transfer::Clock::time_point::max()) continue;
    if (until <= now) {
      finish(slot, -1);
    } else {
      longest = std::min(longest, std::chrono::ceil<milliseconds>(until - now));
    }
  }
}

}  // namespace millrace::http
