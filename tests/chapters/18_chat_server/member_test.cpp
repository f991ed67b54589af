// Members at the line door: what they say, what they read, and how they go. (Chapter 18)
#include "18_chat_server/member.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "10_spawning/spawn.h"
#include "people.h"
#include "support/async_test.h"

namespace book {
namespace chat_member_test {

using namespace std::chrono_literals;
using chat::Chat;
using chat::Limits;
using test::Lines;
using test::Person;

ASYNC_TEST(ChatMember, SaysAndReads) {
  Chat chat;
  auto room = spawn(chat.room());
  Person ann(chat), ben(chat);
  co_await ann.says("ann");
  Lines lines = co_await ann.reads();
  EXPECT_EQ(lines, (Lines{"* your name?", "* welcome, ann; nobody else is here"}));
  co_await ben.says("Ann");
  lines = co_await ben.reads();
  EXPECT_EQ(lines.back(), "* that name is taken: your name?");
  co_await ben.says("ben");
  co_await ben.says("hello");
  lines = co_await ben.reads();
  EXPECT_EQ(lines, (Lines{"* welcome, ben; 1 here: ann", "ben: hello"}));
  lines = co_await ann.reads();
  EXPECT_EQ(lines, (Lines{"* ben has come in", "ben: hello"}));
  co_await ben.says("/quit see you");
  lines = co_await ben.reads();
  EXPECT_EQ(lines, (Lines{"* good-bye"}));
  EXPECT_TRUE(ben.ended);
  lines = co_await ann.reads();
  EXPECT_EQ(lines, (Lines{"* ben has left: see you"}));
  co_await ann.goes();
  lines = co_await ann.reads();
  EXPECT_TRUE(ann.ended);
  co_await chat.close();
  co_await room;
}

}  // namespace chat_member_test
}  // namespace book
