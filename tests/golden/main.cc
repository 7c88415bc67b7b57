// golden_runner KIND FILE: runs every line of a file of golden vectors. Prints what failed and, at
// the end, "N passed, N failed". Exit code: 0 all passed, 1 something failed, 2 it cannot be run.
#include "golden/golden.h"

#include <cstdlib>
#include <ctime>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>

namespace {

using millrace::golden::Json;
using millrace::golden::Mismatch;
using millrace::golden::Outcome;

Outcome run_line(const millrace::golden::CaseRunner& run, const std::string& line,
                 std::string& name) {
  try {
    const Json golden_case = Json::parse(line);
    name = golden_case.value("id", name);
    return run(golden_case);
  } catch (const std::exception& problem) {
    return Mismatch{"a case that can be run", problem.what()};
  }
}

int usage(const std::string& problem) {
  std::cerr << "golden_runner: " << problem << "\nusage: golden_runner KIND FILE, KIND one of:";
  for (const auto& [kind, runner] : millrace::golden::kinds()) std::cerr << ' ' << kind;
  std::cerr << '\n';
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return usage("needs two arguments");
  const auto kind = millrace::golden::kinds().find(std::string_view(argv[1]));
  if (kind == millrace::golden::kinds().end()) {
    return usage("there are no cases of the kind '" + std::string(argv[1]) + "' yet");
  }
  std::ifstream file(argv[2]);
  if (!file) return usage("cannot read '" + std::string(argv[2]) + "'");

  // The vectors were made in this time zone; dates as text depend on it.
  setenv("TZ", "UTC", 1);
  tzset();

  std::size_t passed = 0;
  std::size_t failed = 0;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (line.empty()) continue;
    std::string name = "line " + std::to_string(number);
    if (const Outcome outcome = run_line(kind->second, line, name)) {
      ++failed;
      std::cout << "FAILED " << name << "\n  want " << outcome->want << "\n  got  " << outcome->got
                << '\n';
    } else {
      ++passed;
    }
  }
  std::cout << passed << " passed, " << failed << " failed\n";
  return failed == 0 && passed > 0 ? 0 : 1;
}
