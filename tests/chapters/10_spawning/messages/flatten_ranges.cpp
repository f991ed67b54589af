// refused: flatten(): the items of the stream must be streams. Of ranges make streams first
#include <utility>
#include <vector>

#include "09_streams/flatten.h"
#include "09_streams/map_filter.h"
#include "09_streams/sources.h"

void all_in_one(std::vector<std::vector<int>> rows) {
#ifdef REFUSED
  auto flat = book::iter(rows) | book::flatten();
#else
  auto to_stream = [](std::vector<int> row) { return book::iter(std::move(row)); };
  auto flat = book::iter(rows) | book::map(to_stream) | book::flatten();
#endif
  (void)flat;
}
