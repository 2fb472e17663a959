# The commands of this repository; `make` alone prints them.
SHELL := /bin/bash
.DEFAULT_GOAL := help

.PHONY: help demo test build install-packages lint accept clean clean-demo install goldens fidelity fuzz

help:  ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo:  ## Install, build, describe the sample pictures into PostgreSQL, ask three SQL questions
	@Scripts/demo.sh

test:  ## Install, build and run every test with a throw-away PostgreSQL
	@Scripts/test.sh

build:  ## Install what is missing and build llavad and llavactl (release)
	@Scripts/install-packages.sh
	@Scripts/build-release.sh

install-packages:  ## Install the Debian packages the build and the embedded database need
	@Scripts/install-packages.sh

lint:  ## Check the format of every Swift file, strictly
	@Scripts/lint.sh

accept: build  ## Describe 200 freshly rendered scenes through the daemon and score the answers
	@Scripts/accept.sh

goldens:  ## Make the test fixtures again (needs Python; see Tests/Fixtures/*/README.md)
	@Scripts/goldens.sh

fidelity:  ## Compare the engine with its references and write docs/fidelity.md (see Tools/fidelity)
	@Scripts/fidelity.sh

fuzz:  ## Feed the readers of downloaded files with made-up ones (SECONDS_EACH=60; see Fuzz)
	@Fuzz/run.sh

install: build  ## Install the programs, the settings file and the systemd unit (PREFIX=/usr/local)
	@Scripts/install.sh

clean-demo:  ## Forget what `make demo` has described
	@Scripts/demo.sh --forget

clean:  ## Remove build products
	rm -rf .build
