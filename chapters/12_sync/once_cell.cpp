#include "12_sync/once_cell.h"

namespace book::detail {

const LockWords kOnceWords{
    .lock = "a OnceCell",
    .waits = "the value of a OnceCell",
    .held = "the value of a OnceCell, which is being made in line",
    .handed =
        "the value of a OnceCell, whose next initialiser has to be polled to begin, made in line",
    .behind = "the value of a OnceCell",
};

}  // namespace book::detail
