// Exercise 3, solved: a cache that loads each key once, however many ask for it meanwhile.
//
//     get("a") --+
//     get("a") --+--> [ "a": OnceCell ] <-- one load
//     get("b") -----> [ "b": OnceCell ] <-- another, at the same time
//
// The map is locked while a cell is looked up, and no longer: a std::mutex is right there, for
// nothing is awaited under it. The waiting is the cell's business.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "05_async_await/async.h"
#include "12_sync/once_cell.h"

namespace book::exercise {

class Cache {
 public:
  using Load = std::function<Async<std::string>(std::string)>;

  explicit Cache(Load load) : load_(std::move(load)) {}

  Async<std::string> get(std::string key) {
    const auto cell = cell_of(key);  // a share of it: forget() may take it out of the map
    const auto loading = [this, &key] { return load_(key); };
    const std::string* value = co_await cell->get_or_init(loading);
    co_return *value;
  }

  void forget(const std::string& key) {
    const std::lock_guard lock(mutex_);
    cells_.erase(key);
  }

 private:
  using Cell = OnceCell<std::string>;

  std::shared_ptr<Cell> cell_of(const std::string& key) {
    const std::lock_guard lock(mutex_);
    auto& cell = cells_[key];
    if (!cell) cell = std::make_shared<Cell>();
    return cell;
  }

  Load load_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Cell>> cells_;
};

}  // namespace book::exercise
