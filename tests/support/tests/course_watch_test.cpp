// `make course` on a pseudo-terminal, in a small tree of exercises that are scripts. The test of
// `alarm` shows the text of the reader's file, so that the words on the screen say which text was
// checked.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "support/tests/exercise_tree.h"
#include "support/tests/terminal.h"

namespace book::test {
namespace course_watch_test {
namespace fs = std::filesystem;

constexpr const char* kFile = "chapters/01_x/exercises/alarm.h";
const std::string kCtrlC = "\003";
const std::string kEscape = "\033";

class Watch : public testing::Test {
 protected:
  Watch() { tree_.program("alarm", std::string("cat ") + kFile + "; exit 1"); }

  std::string command(const std::string& variables = "") {
    return tree_.command("course.sh watch",
                         "TERM=xterm TERM_PROGRAM= NO_COLOR= BOOK_EDIT= " + variables);
  }
  void fifo(const std::string& name) { ::mkfifo((tree_.path() / name).c_str(), 0600); }
  /// Waits for the program that writes into this fifo.
  std::string line_of(const std::string& name) {
    std::ifstream in(tree_.path() / name);
    std::string line;
    std::getline(in, line);
    return line;
  }
  void save(const std::string& text) { tree_.write(kFile, text + "\n"); }

  ExerciseTree tree_;
};

TEST_F(Watch, ChecksAtOnceAndAfterEachSave) {
  Terminal terminal(tree_.path(), command());
  const std::string first = terminal.expect("// alarm");
  EXPECT_NE(first.find("exercise 1 of 4"), first.npos) << first;
  EXPECT_NE(first.find("01 · One"), first.npos) << first;
  save("// once");
  terminal.expect("// once");
  save("// twice");
  terminal.expect("// twice");
  tree_.program("alarm", "exit 0");
  save("// three times");
  terminal.expect("Compare with chapters/01_x/solutions/alarm.h, then press n.");
  terminal.type("q");
  terminal.expect("1 of 4 exercises done. make course goes on at bell.");
  EXPECT_EQ(terminal.exit_code(), 0);
  EXPECT_NE(tree_.read(".course/done").find("01/alarm "), std::string::npos);
}

TEST_F(Watch, AnEditorThatRenamesIsSeen) {
  Terminal terminal(tree_.path(), command());
  terminal.expect("// alarm");
  tree_.write("chapters/01_x/exercises/.alarm.h.swp", "// renamed\n");
  fs::rename(tree_.path() / "chapters/01_x/exercises/.alarm.h.swp", tree_.path() / kFile);
  terminal.expect("// renamed");
}

// A process that has ended, if only its parent has yet to hear of it.
bool has_ended(const std::string& process) {
  std::ifstream stat("/proc/" + process + "/stat");
  std::string number, name, state;
  stat >> number >> name >> state;
  return !stat || state == "Z" || state == "X";
}

TEST_F(Watch, ASaveEndsTheCheckThatIsOn) {
  fifo("begun");
  fifo("never");
  tree_.program("alarm", std::string("cat ") + kFile + "; grep -q wait " + kFile +
                             " && { echo $$ >begun; cat never; }; exit 1");
  Terminal terminal(tree_.path(), command());
  terminal.expect("// alarm");
  save("// wait");
  const std::string waiting = line_of("begun");
  save("// go on");
  terminal.expect("// go on");
  EXPECT_TRUE(has_ended(waiting)) << "what was checked before goes on";
}

TEST_F(Watch, ASaveInTheCourseOfACheckIsNotLost) {
  tree_.program("alarm", std::string("text=$(cat ") + kFile +
                             ")\n[ \"$text\" != '// A' ] || echo '// B' >" + kFile +
                             "\necho \"seen: $text\"; exit 1");
  Terminal terminal(tree_.path(), command());
  terminal.expect("seen: // alarm");
  save("// A");
  terminal.expect("seen: // B");
}

TEST_F(Watch, KeysLeadThroughTheBook) {
  tree_.program("gong", "echo 'Strike it.'; exit 1", "02_y");
  Terminal terminal(tree_.path(), command());
  terminal.expect("h hint (1 of 3)");
  terminal.type("h");
  terminal.expect("Hint 1: of alarm");
  terminal.expect("h hint 2 of 3");
  terminal.type("h");
  terminal.expect("Hint 2: of alarm");
  terminal.type(kEscape);
  terminal.expect("h hint (2 of 3)");
  terminal.type("h");
  terminal.expect("Hint 2: of alarm");
  terminal.type("l");
  terminal.expect("0 of 4 exercises done.");
  terminal.expect(">   alarm");
  terminal.type("n");
  terminal.expect("exercise 2 of 4");
  terminal.expect("Compare with chapters/01_x/solutions/bell.h");
  terminal.type("b");
  terminal.expect("exercise 1 of 4");
  terminal.type("b");
  terminal.expect("This is the first one.");
  terminal.type("g");
  terminal.expect("go to chapter: _");
  terminal.type("2\r");
  terminal.expect("exercise 3 of 4");
  terminal.expect("Strike it.");
  terminal.type("g14");
  terminal.expect("Chapter 14 has no exercises.");
  terminal.type("r");
  terminal.expect("Strike it.");
  terminal.type("p");
  terminal.expect("Esc back to the exercise");
  terminal.type(kEscape + "[A");  // an arrow is no key of ours
  terminal.type("q");
  EXPECT_EQ(terminal.exit_code(), 0);
  EXPECT_EQ(tree_.read(".course/current"), "02/gong\n");
}

TEST_F(Watch, CtrlCEndsItAndTheTerminalIsAsBefore) {
  fifo("begun");
  fifo("never");
  tree_.program("alarm", "echo $$ >begun; cat never");
  Terminal terminal(tree_.path(), command());
  const std::string waiting = line_of("begun");
  EXPECT_FALSE(terminal.is_as_before());
  terminal.type(kCtrlC);
  const std::string end = terminal.expect("make course goes on at alarm.");
  EXPECT_NE(end.find("\033[?25h\033[?1049l"), end.npos) << "the cursor, and the screen of before";
  EXPECT_EQ(terminal.exit_code(), 0);
  EXPECT_TRUE(terminal.is_as_before());
  EXPECT_TRUE(has_ended(waiting)) << "the check goes on";
}

TEST_F(Watch, ASignalLeavesTheTerminalAsBefore) {
  Terminal terminal(tree_.path(),
                    "echo $$ >shell; PATH=\"$PWD/bin:$PATH\"; export PATH; " +
                        std::string("TERM=xterm exec sh tests/support/make/course.sh watch"));
  terminal.expect("// alarm");
  ::kill(static_cast<pid_t>(std::stol(tree_.read("shell"))), SIGTERM);
  terminal.expect("\033[?1049l");
  EXPECT_EQ(terminal.exit_code(), 143);
  EXPECT_TRUE(terminal.is_as_before());
}

TEST_F(Watch, ANarrowTerminalGetsNoBar) {
  Terminal terminal(tree_.path(), command());
  terminal.expect("[....");
  terminal.expect("p full output");
  terminal.expect("q quit");
  terminal.resize(80, 24);
  const std::string usual = terminal.expect("q quit");
  EXPECT_NE(usual.find("[............]   01 · One"), usual.npos) << usual;
  terminal.resize(50, 20);
  terminal.expect(" 1 of 4   01 · One");
  const std::string narrow = terminal.expect("l list  q quit");
  EXPECT_EQ(narrow.find("[...."), narrow.npos) << narrow;
  terminal.resize(100, 30);
  terminal.expect("[....");
}

TEST_F(Watch, LongWordsAreBrokenAndScrolled) {
  tree_.program("alarm", "seq 1 40; exit 1");
  Terminal terminal(tree_.path(), command(), 80, 16);
  terminal.expect("space: more");
  terminal.expect("q quit");  // there is room for all the keys
  terminal.type(" ");
  const std::string further = terminal.expect("q quit");
  // In front of the number is a blank, or what makes it pale.
  EXPECT_NE(further.find("15\033"), further.npos) << further;
  for (const char* three : {" 3\033", "m3\033"})
    EXPECT_EQ(further.find(three), further.npos) << further;
}

TEST_F(Watch, AFileThatStaysAwayCanBeBroughtBack) {
  EXPECT_EQ(shell(tree_.path(),
                  "git init -q . && git add -f chapters && git -c user.name=x -c user.email=x "
                  "commit -qm x")
                .code,
            0);
  save("// mine");
  Terminal terminal(tree_.path(), command());
  terminal.expect("// mine");
  fs::remove(tree_.path() / kFile);
  terminal.expect("chapters/01_x/exercises/alarm.h is gone");
  terminal.expect("x brings the stub back");
  terminal.type("x");
  terminal.expect("// alarm");
  EXPECT_EQ(tree_.read(kFile), "// alarm\n");
}

TEST_F(Watch, PathsAreLinksAndNoColorIsObeyed) {
  {
    Terminal terminal(tree_.path(), command());
    const std::string link = terminal.expect("exercises/alarm.h\033\\");
    EXPECT_NE(link.find("\033]8;;file:///"), link.npos) << link;
    EXPECT_NE(link.find("/book%20test%20"), link.npos) << "a blank in the path\n" << link;
    terminal.expect("\033[1;31mred");
  }
  Terminal plain(tree_.path(), command("NO_COLOR=1"));
  const std::string text =
      plain.expect("q quit") + plain.expect("// alarm") + plain.expect("q quit");
  EXPECT_EQ(text.find("\033]8;;"), text.npos) << text;
  EXPECT_EQ(text.find("\033[1"), text.npos) << text;
  EXPECT_EQ(text.find("\033[0m"), text.npos) << text;
}

TEST_F(Watch, TheEditorIsToldWhichFile) {
  fifo("told");
  tree_.script("bin/edit", "echo \"$*\" >told");
  Terminal terminal(tree_.path(), command("BOOK_EDIT='edit --goto'"));
  EXPECT_EQ(line_of("told"), std::string("--goto ") + kFile);
  terminal.expect("q quit");
  terminal.type("n");
  EXPECT_EQ(line_of("told"), "--goto chapters/01_x/exercises/bell.h");
}

TEST_F(Watch, TheFirstBuildOfAChapterIsShown) {
  fifo("more");
  tree_.ninja("*exercise_tools*) echo '[3/9] Building CXX object x.o'; cat more ;;");
  Terminal terminal(tree_.path(), command());
  terminal.expect("First what this chapter stands on is built, once: 3 of 9");
  std::ofstream(tree_.path() / "more") << "";
  terminal.expect("// alarm");
}

TEST_F(Watch, WithoutATerminalItIsNextOnce) {
  const ShellResult result = tree_.run("course.sh watch </dev/null");
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.output.find("Exercise 1 of 4: alarm"), 0U) << result.output;
  EXPECT_TRUE(result.says("// alarm\n\nYour file:")) << result.output;
  EXPECT_EQ(result.output.find('\033'), std::string::npos);
  Terminal dumb(tree_.path(), command("TERM=dumb"));
  dumb.expect("Exercise 1 of 4: alarm");
  EXPECT_EQ(dumb.exit_code(), 1);
}

}  // namespace course_watch_test
}  // namespace book::test
