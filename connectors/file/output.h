#pragma once

#include "file/descriptor.h"
#include "millrace/result.h"

#include <string>
#include <string_view>

namespace millrace::file {

/// The end of a file, or the standard output, that whole lines are added to. Several outputs may
/// add to one file: lines of one write stay together.
/// Errors:  fatal, with the name and the system's reason. What was written in part is not undone,
///          for others may have added to the file since; the next write starts a line of its own.
/// Threads: one.
class Output {
 public:
  /// Opens for appending, made if missing.
  Result<void> open(const std::string& path);
  void open_standard_output();

  /// Writes lines, each with its end.
  Result<void> write(std::string_view lines);
  /// Waits until what was written is on the disk, where there is one.
  Result<void> sync();
  /// May report what was only noticed now.
  Result<void> close();

  /// "file 'a.txt'" or "the standard output", for messages.
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  Result<void> write_all(std::string_view bytes);
  void look_at_end(const std::string& path);
  [[nodiscard]] Error failure(std::string_view doing) const;

  Descriptor descriptor_;
  std::string name_;
  bool regular_ = false;        // a file on a disk
  bool unsynced_ = false;       // something was written since the last sync
  bool inside_a_line_ = false;  // the last byte there is no line's end
};

}  // namespace millrace::file
