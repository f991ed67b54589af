// Every future of this chapter, run through the contract of common/future.h. (Chapter 08)
#include <gtest/gtest.h>

#include <variant>

#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "08_select/fuse.h"
#include "08_select/race.h"
#include "08_select/select.h"
#include "chapters/08_select/doors.h"
#include "support/contract.h"

namespace book {
namespace contract_test {

using test::broken_door;
using test::door;
using test::Enter;

const auto kIsSeven = [](int value) { return value == 7; };
const auto kSame = [](int value) { return value; };

auto opens(const test::DoorPtr& door) {
  return [door] { test::open(door); };
}

TEST(Contract, OfSelect) {
  test::expect_contract(
      [] {
        const auto opened = door();
        return test::subject(select(never<int>(), Enter(opened, 7)), opens(opened));
      },
      {},
      [](const std::variant<int, int>& value) {
        return value.index() == 1 && std::get<1>(value) == 7;
      });
}

TEST(Contract, OfSelectThatIsReadyAtOnce) {
  test::expect_contract([] { return test::subject(select(ready(7), never<void>())); },
                        {.ready_at_once = true},
                        [](const auto& value) { return value.index() == 0; });
}

TEST(Contract, OfSelectWhenAFutureThrows) {
  test::expect_contract(
      [] {
        const auto opened = broken_door();
        return test::subject(select(Enter(opened, 1), never<int>()), opens(opened));
      },
      {.throws = true});
}

TEST(Contract, OfSelectWithGuards) {
  test::expect_contract(
      [] {
        const auto opened = door();
        return test::subject(
            select(on_if(false, ready(1), kSame), on_if(true, Enter(opened, 7), kSame)),
            opens(opened));
      },
      {}, kIsSeven);
  test::expect_contract(
      [] { return test::subject(select(on_if(false, never<int>(), kSame), on(ready(7), kSame))); },
      {.ready_at_once = true}, kIsSeven);
}

TEST(Contract, OfSelectWithHandlers) {
  test::expect_contract(
      [] {
        const auto opened = door();
        return test::subject(select(on(never<int>(), kSame), on(Enter(opened, 7), kSame)),
                             opens(opened));
      },
      {}, kIsSeven);
}

TEST(Contract, OfSelectWhoseHandlerWaits) {
  test::expect_contract(
      [] {
        const auto opened = door();
        auto enters = [opened](int) { return Enter(opened, 7); };
        return test::subject(select(on(ready(1), enters), on(never<int>(), kSame)), opens(opened));
      },
      {}, kIsSeven);
}

TEST(Contract, OfSelectWithOtherwise) {
  test::expect_contract(
      [] {
        auto idle = [] { return 7; };
        return test::subject(select(on(never<int>(), kSame), otherwise(idle)));
      },
      {.ready_at_once = true}, kIsSeven);
}

TEST(Contract, OfSelectWithComplete) {
  test::expect_contract(
      [] {
        auto end = [] { return 7; };
        return test::subject(select(on(Fuse<Enter>::terminated(), kSame), complete(end)));
      },
      {.ready_at_once = true}, kIsSeven);
}

TEST(Contract, OfFuse) {
  test::expect_contract(
      [] {
        const auto opened = door();
        return test::subject(fuse(Enter(opened, 7)), opens(opened));
      },
      {.fused = true}, kIsSeven);
}

TEST(Contract, OfFuseWhenItsFutureThrows) {
  test::expect_contract(
      [] {
        const auto opened = broken_door();
        return test::subject(fuse(Enter(opened, 1)), opens(opened));
      },
      {.throws = true, .fused = true});
}

TEST(Contract, OfFuseThatWasSet) {
  test::expect_contract(
      [] {
        const auto opened = door();
        auto future = Fuse<Enter>::terminated();
        future.set(Enter(opened, 7));
        return test::subject(std::move(future), opens(opened));
      },
      {.fused = true}, kIsSeven);
}

TEST(Contract, OfRace) {
  test::expect_contract(
      [] {
        const auto opened = door();
        return test::subject(race(Enter(opened, 7), never<int>()), opens(opened));
      },
      {}, kIsSeven);
}

TEST(Contract, OfRaceOk) {
  test::expect_contract(
      [] {
        const auto opened = door();
        const auto broken = broken_door();
        test::open(broken);
        return test::subject(race_ok(Enter(broken, 1), Enter(opened, 7)), opens(opened));
      },
      {}, kIsSeven);
}

TEST(Contract, OfRaceOkWhenAllFail) {
  test::expect_contract(
      [] {
        const auto opened = broken_door();
        return test::subject(race_ok(Enter(opened, 1)), opens(opened));
      },
      {.throws = true});
}

}  // namespace contract_test
}  // namespace book
