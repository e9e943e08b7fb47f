# Everything works on a machine with Python >= 3.11 and make: no server, no root, no Node.
# Two environments' worth of packages in one .venv: what runs (demo), and what tests (everything else).

PYTHON  ?= python3
ARGS    ?=
WORKERS ?= auto

VENV  := .venv
BIN   := $(VENV)/bin
PIP   := $(BIN)/python -m pip --disable-pip-version-check --quiet
RUNS  := $(VENV)/.stamp-run
TESTS := $(VENV)/.stamp-test

# The PostgreSQL of the tests keeps its run files there; a bare machine has none, and warnings are errors.
XDG_RUNTIME_DIR ?= $(abspath $(VENV))/run
export XDG_RUNTIME_DIR

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check soak docs clean

help: ## 列出各目标 / this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(RUNS) ## 小坝之夜,控制台在 http://127.0.0.1:8760(make demo ARGS="--once --speed max" 会自行结束)
	$(BIN)/jiaoying demo $(ARGS)

test: $(TESTS) ## 全部测试(长测试只跑一小段)
	@mkdir -p -m 700 "$(XDG_RUNTIME_DIR)"
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not soak" $(ARGS)

soak: $(TESTS) ## 长测试:崩溃、乱数据、负载
	@mkdir -p -m 700 "$(XDG_RUNTIME_DIR)"
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m soak $(ARGS)

check: $(TESTS) ## 格式、类型、分层约定、死链接
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/docs tests/test_architecture.py

docs: $(RUNS) ## 由代码里的表重新生成 docs/lifecycles.md
	$(BIN)/python docs/generate.py

clean: ## 删去 .venv 与各种缓存
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# A stamp is written only after its install went through, so an interrupted one is done again.
$(RUNS): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "需要 Python 3.11 或更新,而 $(PYTHON) 是:$$($(PYTHON) --version 2>&1)。请用 make PYTHON=python3.11 …" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "建不了 $(VENV):Debian/Ubuntu 上请先安装 python3-venv。" >&2; exit 1; }
	@echo "安装运行所需的包到 $(VENV) …" >&2
	@$(PIP) install --editable .
	@touch $@

$(TESTS): pyproject.toml $(RUNS)
	@echo "安装测试所需的包到 $(VENV) …" >&2
	@$(PIP) install --editable '.[test]'
	@touch $@
