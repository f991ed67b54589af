# A bare `make` says what there is.
.DEFAULT_GOAL := help
SHELL := /bin/sh
sh := sh tests/support/make

CHAPTER ?=
EXERCISE ?=
ARGS ?=
SUBJECT ?=
RAW ?=
SANITIZE ?=
TRACE ?=
EXPORT ?=
BOOK ?=
MINE ?=
export CHAPTER EXERCISE ARGS SUBJECT RAW SANITIZE TRACE EXPORT BOOK MINE

commands := help course next hint progress exercise solution reset run test wake book bench setup asan tsan clang explore fuzz format clean
.PHONY: $(commands)

# `make run 01`
unknown := $(filter-out $(commands),$(MAKECMDGOALS))
ifneq ($(unknown),)
  $(error I do not know '$(unknown)'. A chapter is named so: make run CHAPTER=01. `make` alone lists the commands)
endif

help:      ## this list
	@$(sh)/help.sh

course:    ## the exercises, one after the other: checks yours whenever you save, and shows what to do
	@$(sh)/course.sh watch

next:      ## checks the first exercise that is not green yet, once
	@$(sh)/course.sh next

hint:      ## the next hint of the exercise you are at, or of EXERCISE=alarm
	@$(sh)/course.sh hint

progress:  ## which exercises are done, begun and new
	@$(sh)/course.sh progress

reset:     ## EXERCISE=alarm becomes the stub again; what you wrote is kept in .course/backup
	@$(sh)/course.sh reset

run:       ## the web server; CHAPTER=03 or CHAPTER=channel_executor, ARGS="--virtual-time": that program; MINE=1: on your pieces
	@$(sh)/run.sh

test:      ## every test; CHAPTER=05: that chapter's tests, and no more is built than they need; MINE=1: on your pieces
	@$(sh)/test.sh dev

exercise:  ## CHAPTER=02 or EXERCISE=alarm against its tests; RAW=1: all the compiler says; SANITIZE=address or thread
	@$(sh)/exercise.sh reader

solution:  ## the same tests on the book's solutions: make solution CHAPTER=02
	@$(sh)/exercise.sh solution

wake:      ## who wakes whom in a run, as a page: CHAPTER=04, or TRACE=file; ARGS=--text, EXPORT=chrome
	@$(sh)/wake.sh

book:      ## the book as a site, in build/book; make run BOOK=1 serves it with chapter 20's server
	@$(sh)/../site/book.sh

bench:     ## the benches: a table, and build/bench.json; MINE=1: your pieces beside the book's
	@$(sh)/bench.sh

setup:     ## install what the book needs (run and test do it too)
	@$(sh)/setup.sh

asan:      ## every test under the address and undefined-behaviour sanitizers
	@$(sh)/test.sh asan

tsan:      ## every test under the thread sanitizer
	@$(sh)/test.sh tsan

clang:     ## every test, built with clang
	@$(sh)/test.sh clang

explore:   ## every schedule of the lock-free parts: make explore SUBJECT=woken_set ARGS=--preemptions=3
	@$(sh)/explore.sh

fuzz:      ## the parsers, the frames and the conversation of the web server against libFuzzer, fifteen seconds a target
	@$(sh)/fuzz.sh

format:    ## clang-format on every source
	@$(sh)/format.sh

clean:     ## forget everything that was built
	@rm -rf build build-asan build-tsan build-clang build-fuzz build-mine build-threads build-tidy compile_commands.json
