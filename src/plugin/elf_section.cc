#include "plugin/elf_section.h"

#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>
#include <vector>

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace millrace::plugin {
namespace {

#if defined(__x86_64__)
constexpr auto this_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr auto this_machine = EM_AARCH64;
#else
constexpr auto this_machine = EM_NONE;  // every machine's; dlopen will tell
#endif
constexpr unsigned char this_byte_order =
    std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
constexpr std::uint64_t largest_name_table = 1U << 20;

Error broken(std::string what) { return Error{ErrorCode::fatal, std::move(what)}; }

/// A file of which any part can be read, as long as it is there.
class Image {
 public:
  Image() = default;
  ~Image() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  Result<void> open(const std::filesystem::path& file) {
    descriptor_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status = {};
    if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) {
      return broken("cannot be read: " + std::generic_category().message(errno));
    }
    if (!S_ISREG(status.st_mode)) return broken("is no regular file");
    size_ = static_cast<std::uint64_t>(status.st_size);
    return {};
  }

  /// False: the file ends before.
  bool read(std::uint64_t offset, void* into, std::uint64_t count) const {
    if (offset > size_ || count > size_ - offset) return false;
    auto* place = static_cast<char*>(into);
    while (count > 0) {
      const ssize_t got = ::pread(descriptor_, place, count, static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      place += got;
      offset += static_cast<std::uint64_t>(got);
      count -= static_cast<std::uint64_t>(got);
    }
    return true;
  }

 private:
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

Result<Elf64_Ehdr> read_header(const Image& image) {
  Elf64_Ehdr header = {};
  if (!image.read(0, header.e_ident, EI_NIDENT) ||
      std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return broken("is no shared library (not an ELF file)");
  }
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != this_byte_order) {
    return broken("is a library for another kind of machine");
  }
  if (!image.read(0, &header, sizeof header))
    return broken("is cut short: its header is not complete");
  if (header.e_type != ET_DYN) return broken("is an ELF file, but no shared library");
  if (this_machine != EM_NONE && header.e_machine != this_machine) {
    return broken("is a library for another kind of machine");
  }
  return header;
}

Result<std::vector<Elf64_Shdr>> read_sections(const Image& image, const Elf64_Ehdr& header) {
  if (header.e_shoff == 0) return std::vector<Elf64_Shdr>();
  if (header.e_shentsize != sizeof(Elf64_Shdr)) return broken("has section headers of an odd size");
  Elf64_Shdr first = {};
  if (!image.read(header.e_shoff, &first, sizeof first)) {
    return broken("is cut short: its section headers are missing");
  }
  // A number too large for the header stands in the first section.
  const std::uint64_t count = header.e_shnum != 0 ? header.e_shnum : first.sh_size;
  constexpr std::uint64_t most_sections = 1U << 16;
  if (count > most_sections) return broken("has " + std::to_string(count) + " sections");
  std::vector<Elf64_Shdr> sections(count);
  if (!image.read(header.e_shoff, sections.data(), count * sizeof(Elf64_Shdr))) {
    return broken("is cut short: its section headers are missing");
  }
  return sections;
}

Result<std::string> read_names(const Image& image, const Elf64_Ehdr& header,
                               const std::vector<Elf64_Shdr>& sections) {
  const std::uint64_t index =
      header.e_shstrndx == SHN_XINDEX ? sections.front().sh_link : header.e_shstrndx;
  if (index >= sections.size()) return broken("has sections without names");
  const Elf64_Shdr& table = sections[index];
  if (table.sh_type != SHT_STRTAB || table.sh_size > largest_name_table) {
    return broken("has a damaged table of section names");
  }
  std::string names(table.sh_size, '\0');
  if (!image.read(table.sh_offset, names.data(), names.size())) {
    return broken("is cut short: its section names are missing");
  }
  return names;
}

std::string_view name_at(std::string_view names, std::uint64_t place) {
  if (place >= names.size()) return {};
  const std::string_view rest = names.substr(place);
  return rest.substr(0, rest.find('\0'));
}

}  // namespace

Result<std::optional<std::string>> read_elf_section(const std::filesystem::path& file,
                                                    std::string_view name, std::size_t largest) {
  Image image;
  MILLRACE_TRY(image.open(file));
  const Result<Elf64_Ehdr> header = read_header(image);
  if (!header) return Error(header.error());
  const Result<std::vector<Elf64_Shdr>> sections = read_sections(image, *header);
  if (!sections) return Error(sections.error());
  if (sections->empty()) return std::optional<std::string>();
  const Result<std::string> names = read_names(image, *header, *sections);
  if (!names) return Error(names.error());
  for (const Elf64_Shdr& section : *sections) {
    if (name_at(*names, section.sh_name) != name) continue;
    if (section.sh_type != SHT_PROGBITS || section.sh_size > largest) {
      return broken("has a damaged section " + std::string(name));
    }
    std::string content(section.sh_size, '\0');
    if (!image.read(section.sh_offset, content.data(), content.size())) {
      return broken("is cut short: its section " + std::string(name) + " is missing");
    }
    return std::optional<std::string>(std::move(content));
  }
  return std::optional<std::string>();
}

}  // namespace millrace::plugin
