#include "12_sync/once_cell.h"

namespace book::detail {

const LockWords kOnceWords{
    .lock = "an OnceCell",
    .waits = "the value of an OnceCell",
    .held = "the value of an OnceCell, which is being made in line",
    .handed =
        "the value of an OnceCell, whose next initialiser has to be polled to begin, made in line",
    .behind = "the value of an OnceCell",
};

}  // namespace book::detail
