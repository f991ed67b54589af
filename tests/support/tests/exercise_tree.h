// For tests of `make exercise`, `make next` and `make course`: a small tree with the real scripts,
// and with a ninja, a cmake and exercises that are small scripts.
#pragma once

#include <filesystem>
#include <string>

#include "support/paths.h"
#include "support/tests/shell.h"

namespace book::test {

/// Chapter 01 has the exercises `alarm` and `bell`, chapter 02 `gong` and `bell`; all are green.
class ExerciseTree : public TemporaryFolder {
 public:
  ExerciseTree() {
    chapter("01_x", "One", {"alarm", "bell"});
    chapter("02_y", "Two", {"gong", "bell"});
    write("build/build.ninja", "");
    write("tests/support/make/setup.sh", ". tests/support/make/common.sh\n");
    for (const char* file : {"common.sh", "check.sh", "errors.awk", "fold.awk", "exercise.sh",
                             "course.sh", "watch.sh"}) {
      const auto place = std::filesystem::path("tests/support/make") / file;
      std::filesystem::create_symlink(source_dir() / place, path() / place);
    }
    // Once the tools are built, there is no work to do for them.
    ninja("*exercise_tools*) [ -e built ] || echo '[1/1] Building the tools'; touch built ;;");
    script("bin/cmake", "exit 0");
  }

  void script(const std::string& file, const std::string& body) const {
    write(file, "#!/bin/sh\n" + body + "\n");
    std::filesystem::permissions(path() / file, std::filesystem::perms::owner_all);
  }

  /// `cases` of a case statement: what ninja is asked, and what it does.
  void ninja(const std::string& cases) const {
    script("bin/ninja",
           "echo '[0/2] Re-checking globbed directories...'\ncase \"$*\" in\n" + cases + "\nesac");
  }

  /// What the test of an exercise of chapter 01 does.
  void program(const std::string& name, const std::string& body,
               const std::string& chapter = "01_x") const {
    script("build/bin/exercises/" + chapter + "." + name + ".reader", body);
  }

  /// One of the scripts, with variables such as EXERCISE=alarm.
  ShellResult run(const std::string& words, const std::string& variables = "") const {
    return shell(path(), command(words, variables));
  }
  std::string command(const std::string& words, const std::string& variables = "") const {
    return "PATH=\"$PWD/bin:$PATH\" RAW= SANITIZE= " + variables + " sh tests/support/make/" +
           words;
  }

 private:
  void chapter(const std::string& folder, const std::string& title,
               std::initializer_list<std::string> names) const {
    const std::string place = "chapters/" + folder + "/";
    std::string list = "add_chapter(" + folder + ")\n";
    std::string page = "# " + folder.substr(0, 2) + " · " + title + "\n\n## Exercises\n";
    for (const std::string& name : names) {
      list += "add_exercise(" + folder + " " + name + "\n  STUB \"red\")\n";
      page += "\n### A title: `" + name + "`\n\nThe question.\n";
      for (const char* number : {"1", "2", "3"}) {
        page += std::string("\n<details><summary>Hint ") + number + ": of " + name +
                "</summary>\n\nLook at [poll.h](../poll.h).\n\n```cpp\nint " + name + number +
                ";\n```\n\n</details>\n";
      }
      write(place + "exercises/" + name + ".h", "// " + name + "\n");
      program(name, "exit 0", folder);
    }
    write(place + "main.cpp", "");
    write(place + "CMakeLists.txt", list);
    write(place + "README.md", page + "\n## Next\n");
  }
};

}  // namespace book::test
