// A program's output against the transcript a README shows. README.md here has the rules.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "docs/markdown.h"

namespace book::docs {

/// What a mark <!-- run ...: ... --> asks for.
struct RunMark {
  std::vector<std::string> command;  // the program's name and its arguments
  int exit_code = 0;
  bool on_stderr = false;
  bool prefix = false;
  bool stop = false;
  std::chrono::seconds limit{20};
};

/// Throws std::runtime_error with the reason when a mark cannot be understood.
RunMark parse_run(const MarkedBlock& block);

struct Outcome {
  int exit_code = 0;  // 128 + the signal's number when a signal ended it
  bool timed_out = false;
  std::string out, err;
};

/// Runs it from `folder`. With run.stop it gets SIGINT once it has printed `lines` lines.
Outcome run_program(const std::filesystem::path& program, const RunMark& run,
                    const std::filesystem::path& folder, std::size_t lines);

/// Whether a printed line is what the transcript shows; figures after '~' may differ.
bool line_matches(std::string_view shown, std::string_view printed);

/// The first difference, told in one or more lines; nothing when they agree.
std::optional<std::string> compare(const std::vector<std::string>& shown,
                                   const std::vector<std::string>& printed, bool prefix);

/// Checks one marked block of kind "run"; programs are in `bin`.
std::vector<Problem> check_run(const Page& page, const MarkedBlock& block,
                               const std::filesystem::path& bin, const std::filesystem::path& root);

}  // namespace book::docs
