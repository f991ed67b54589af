// Pieces of the house: what `make exercise` does with one, and `mine.sh`, on a small tree whose
// exercises are scripts.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "support/tests/exercise_tree.h"

namespace book::test {
namespace mine_sh_test {
namespace fs = std::filesystem;

class Mine : public testing::Test {
 protected:
  /// Chapter 01 has the pieces `nap` and `loop`, both of which the reader can make green.
  Mine() {
    tree_.write("chapters/01_x/nap.h", "// the book's nap\n");
    tree_.write("chapters/01_x/loop.cpp", "// the book's loop\n");
    tree_.write("chapters/01_x/CMakeLists.txt",
                tree_.read("chapters/01_x/CMakeLists.txt") +
                    "add_piece(01_x nap chapters/01_x/nap.h\n  STUB \"red\")\n"
                    "add_piece(01_x loop chapters/01_x/loop.cpp\n  STUB \"red\")\n");
    tree_.write("tests/exercises/01_x/gap/nap.patch", "");
    const fs::path place = "tests/support/make/mine.sh";
    fs::create_symlink(source_dir() / place, tree_.path() / place);
    tree_.script(
        "bin/cmake",
        "for word; do case $word in ORIGINAL=*) from=${word#*=} ;; RESULT=*) to=${word#*=} ;; "
        "esac; done\n[ -z \"$to\" ] || { cat \"$from\"; echo '// gap'; } >\"$to\"");
    answer("nap", "echo 'The nap was too short.'; exit 1");
    answer("loop", "exit 0");
  }
  void answer(const std::string& name, const std::string& body) const {
    tree_.script("build/bin/exercises/01_x." + name + ".mine", body);
  }
  ShellResult check(const std::string& name) const {
    return tree_.run("exercise.sh reader", "EXERCISE=" + name);
  }
  ShellResult mine(const std::string& what) const { return tree_.run("mine.sh " + what); }
  std::string house(const std::string& file) const {
    return tree_.read("build-mine/house/chapters/01_x/" + file);
  }
  ExerciseTree tree_;
};

TEST_F(Mine, APieceBeginsAsTheBooksFileWithAGap) {
  const ShellResult red = check("nap");
  EXPECT_EQ(red.code, 1);
  EXPECT_TRUE(red.says("nap: red")) << red.output;
  EXPECT_TRUE(red.says("Your file:     mine/chapters/01_x/nap.h\n")) << red.output;
  const std::string stub = tree_.read("mine/chapters/01_x/nap.h");
  EXPECT_EQ(stub.find("// nap: your copy of chapters/01_x/nap.h."), 0U) << stub;
  EXPECT_NE(stub.find("\n// the book's nap\n// gap\n"), stub.npos) << stub;
  EXPECT_EQ(tree_.read("chapters/01_x/nap.h"), "// the book's nap\n");
}

TEST_F(Mine, ItCanBeReadBeforeWhatItStandsOnIsBuilt) {
  tree_.script("bin/ninja", "exit 1");
  const ShellResult broken = check("nap");
  EXPECT_NE(broken.code, 0);
  EXPECT_TRUE(broken.says("Your file: mine/chapters/01_x/nap.h\n")) << broken.output;
  EXPECT_NE(tree_.read("mine/chapters/01_x/nap.h").find("// gap\n"), std::string::npos);
}

TEST_F(Mine, ItIsListedAndResetAsExercisesAre) {
  check("nap");
  const ShellResult fresh = tree_.run("course.sh progress");
  EXPECT_TRUE(fresh.says("nap                  new                  a piece of the house\n"))
      << fresh.output;
  tree_.write("mine/chapters/01_x/nap.h", "// mine\n");
  EXPECT_TRUE(tree_.run("course.sh progress").says("nap                  begun"));
  const ShellResult reset =
      shell(tree_.path(), "echo y | " + tree_.command("course.sh reset", "EXERCISE=nap"));
  EXPECT_EQ(reset.code, 0) << reset.output;
  EXPECT_EQ(tree_.read(".course/backup/01_nap.1.h"), "// mine\n");
  EXPECT_NE(tree_.read("mine/chapters/01_x/nap.h").find("// gap\n"), std::string::npos);
}

TEST_F(Mine, TheHouseIsTheBooksOwnUntilAPieceIsGreen) {
  check("nap");  // its stub is there, and no more
  const ShellResult none = mine("prepare");
  EXPECT_EQ(none.code, 0);
  EXPECT_TRUE(none.says("No piece of the house is yours yet")) << none.output;
  EXPECT_EQ(house("nap.h"), "// the book's nap\n");
  EXPECT_EQ(house("loop.cpp"), "// the book's loop\n");
  EXPECT_EQ(tree_.read("build-mine/pieces"), "");
}

TEST_F(Mine, GreenPiecesAreLaidAndRedOnesNamed) {
  tree_.write("mine/chapters/01_x/loop.cpp", "// my loop\n");
  check("loop");
  tree_.write("mine/chapters/01_x/nap.h", "// my nap\n");
  tree_.write(".course/current", "02/gong\n");
  const ShellResult result = mine("prepare");
  EXPECT_EQ(result.code, 0);
  EXPECT_TRUE(result.says("The house: 1 of 2 pieces are yours, the rest is the book's own.\n"))
      << result.output;
  EXPECT_TRUE(result.says("    01/loop   yours, mine/chapters/01_x/loop.cpp\n")) << result.output;
  EXPECT_TRUE(
      result.says("01/nap   the book's own, for yours is red: make exercise EXERCISE=nap\n"))
      << result.output;
  EXPECT_EQ(house("loop.cpp"), "// my loop\n");
  EXPECT_EQ(house("nap.h"), "// the book's nap\n");
  EXPECT_EQ(tree_.read(".course/current"), "02/gong\n") << "the reader is where they were";
}

TEST_F(Mine, APieceThatHasChangedIsCheckedAgain) {
  tree_.write("mine/chapters/01_x/loop.cpp", "// my loop\n");
  check("loop");
  answer("loop", "exit 1");
  EXPECT_TRUE(mine("prepare").says("01/loop   yours")) << "nothing has changed";
  tree_.write("mine/chapters/01_x/loop.cpp", "// my other loop\n");
  EXPECT_TRUE(mine("prepare").says("01/loop   the book's own"));
  EXPECT_EQ(house("loop.cpp"), "// the book's loop\n");
}

TEST_F(Mine, SaysThatTheBookHasChanged) {
  check("loop");
  tree_.write("mine/chapters/01_x/loop.cpp", "// my loop\n");
  check("loop");
  tree_.write("chapters/01_x/loop.cpp", "// the book's new loop\n");
  const ShellResult result = mine("prepare");
  EXPECT_TRUE(result.says("(chapters/01_x/loop.cpp has changed since you began: compare the two)"))
      << result.output;
}

/// Two are in the house, and a test of the book fails as long as one of them is the reader's.
TEST_F(Mine, TheFailureNamesThePiece) {
  answer("nap", "exit 0");
  tree_.write("mine/chapters/01_x/nap.h", "// my nap\n");
  tree_.write("mine/chapters/01_x/loop.cpp", "// my loop\n");
  mine("prepare");
  const ShellResult result = shell(tree_.path(), tree_.command("mine.sh blame \"! grep -q my "
                                                               "build-mine/house/chapters/01_x/"
                                                               "loop.cpp\" all"));
  EXPECT_TRUE(result.says("The piece at fault is 01/loop: mine/chapters/01_x/loop.cpp\n"))
      << result.output;
  EXPECT_FALSE(result.says("01/nap:")) << result.output;
  EXPECT_EQ(house("loop.cpp"), "// my loop\n") << "the house is as it was";
}

TEST_F(Mine, TheProofLaysTheBooksOwnFiles) {
  tree_.write("mine/chapters/01_x/loop.cpp", "// my loop\n");
  check("loop");
  mine("prepare");
  EXPECT_EQ(mine("solutions").output, "chapters/01_x/nap.h\nchapters/01_x/loop.cpp\n");
  EXPECT_EQ(house("loop.cpp"), "// the book's loop\n");
}

// As csv, Google Benchmark aborts at the first bench that has a counter of its own.
TEST_F(Mine, TheBenchesOfBothHousesStandBesideEachOther) {
  for (const char* file : {"bench.sh", "beside.awk"}) {
    const auto place = fs::path("tests/support/make") / file;
    fs::create_symlink(source_dir() / place, tree_.path() / place);
  }
  const auto bench = [](const std::string& time) {
    return "for word; do case $word in --benchmark_out=*) out=${word#*=} ;; *=csv) exit 134 ;; "
           "esac; done; printf '%s\\n' '    {' '      \"name\": \"Yield/1\",' '      "
           "\"cpu_time\": " +
           time + ",' '      \"time_unit\": \"ns\",' '      \"per_item\": 3' >\"$out\"";
  };
  tree_.script("build/bin/book_bench", bench("2.0e+01"));
  tree_.script("build-mine/bin/book_bench", bench("3.0e+01"));
  tree_.write("mine/chapters/01_x/loop.cpp", "// my loop\n");
  check("loop");
  const ShellResult result = tree_.run("bench.sh", "ARGS= CHAPTER= MINE=1");
  EXPECT_EQ(result.code, 0) << result.output;
  EXPECT_TRUE(result.says("20.0 ns        30.0 ns     1.50")) << result.output;
}

}  // namespace mine_sh_test
}  // namespace book::test
