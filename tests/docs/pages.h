// Rules for pages: code they show, links they make, parts a chapter's README must have.
#pragma once

#include <filesystem>
#include <vector>

#include "docs/markdown.h"

namespace book::docs {

/// A block marked <!-- file: PATH --> is in that file, word for word.
std::vector<Problem> check_snippet(const Page& page, const MarkedBlock& block,
                                   const std::filesystem::path& root);

/// Links inside the project lead to a file, and to a heading of it.
std::vector<Problem> check_links(const std::vector<Page>& pages, const std::filesystem::path& root);

/// A picture says in words what it shows; an SVG says the same words in its <title>, fits a narrow
/// and a dark page, and asks nothing of the network. Every SVG in chapters/ is shown by a page
/// beside it.
std::vector<Problem> check_pictures(const std::vector<Page>& pages,
                                    const std::filesystem::path& root);

/// Every chapter has a README with the parts it needs, which leads to its further pages; and on one
/// of them three hints for each exercise.
std::vector<Problem> check_chapters(const std::vector<Page>& pages,
                                    const std::filesystem::path& root);

/// A page of more than 300 lines begins with a link to each of its parts.
std::vector<Problem> check_contents(const Page& page);

/// The hours in the map of the course are those that the chapters' own pages add up to.
std::vector<Problem> check_times(const std::vector<Page>& pages, const std::filesystem::path& root);

/// The evening path of the top page is as long as it says.
std::vector<Problem> check_evening(const Page& top, const std::filesystem::path& root);

}  // namespace book::docs
