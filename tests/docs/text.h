// Reading the project's files: what the checks in this folder have in common.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace book::docs {

/// One broken rule: where, and what to do about it.
struct Problem {
  std::string where;  // "chapters/01_simple_future/README.md:12"
  std::string what;
};

/// Reports each problem as one failed expectation.
void expect_none(const std::vector<Problem>& problems);

std::string read_file(const std::filesystem::path& file);
std::vector<std::string> split_lines(std::string_view text);
std::string_view trim(std::string_view text);

/// The files under `folder` with one of these endings, sorted; without what is hidden or built, and
/// without a chapter's exercises/ unless those are to be checked (BOOK_CHECK_EXERCISES is set).
std::vector<std::filesystem::path> files_under(const std::filesystem::path& folder,
                                               std::initializer_list<std::string_view> endings);

/// Whether a path leads into a chapter's exercises/, which the reader edits.
bool is_readers_file(const std::filesystem::path& path);
bool exercises_are_checked();

/// The same text with every character of comments and literals replaced by a blank; lines stay.
std::string code_only(std::string_view source);

/// The line of a position, counted from 1.
int line_of(std::string_view text, std::size_t position);

}  // namespace book::docs
