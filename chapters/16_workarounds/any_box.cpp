#include "16_workarounds/any_box.h"

namespace book::detail {

// A chain of boxes may be longer than the machine's stack is deep, so each is taken out of the one
// around it before that is dropped. The order is the one in which nested destructors would do it:
// what `last` names is what the destructor comes to when all the rest of its box is gone.
void AnyBox::drop_all() noexcept {
  for (;;) {
    AnyBox* last = table_->last ? table_->last(cell_) : nullptr;
    if (!last || !last->table_) break;
    AnyBox inner(std::move(*last));
    std::exchange(table_, nullptr)->drop(cell_);
    table_ = std::exchange(inner.table_, nullptr);
    table_->move(inner.cell_, cell_);
  }
  std::exchange(table_, nullptr)->drop(cell_);
}

}  // namespace book::detail
