# build: the filter   demo: see it work   test: everything   interop: real issuer and clients   bench: what it costs
# stall: a minute without a decision service
# lint: style, layers of checks, licences

TOOLS := .tools
TARGET := $(or $(CARGO_TARGET_DIR),target)
ENVOY := $(TOOLS)/envoy-1.40.0
DENY := $(TOOLS)/cargo-deny-0.20.2
BINDGEN_VERSION := $(shell sed -n '/^name = "wasm-bindgen"$$/{n;s/version = "\(.*\)"/\1/p;}' Cargo.lock)
BINDGEN := $(TOOLS)/wasm-bindgen-$(BINDGEN_VERSION)
RUST := $(TOOLS)/targets
INTEROP := $(TOOLS)/interop-$(shell cat tests/interop/package-lock.json tests/interop/requirements.txt | cksum | cut -d' ' -f1)

export COUNTERSIGN_ENVOY := $(CURDIR)/$(TOOLS)/venv/bin/envoy
# One that the environment names is taken as it is.
ifeq ($(origin COUNTERSIGN_ETCD),undefined)
ETCD := $(TOOLS)/etcd/stamp
export COUNTERSIGN_ETCD := $(CURDIR)/$(TOOLS)/etcd/usr/bin/etcd
endif
export COUNTERSIGN_WASM := $(CURDIR)/dist/countersign.wasm
export COUNTERSIGN_INTEROP := $(CURDIR)/$(TOOLS)/interop

.PHONY: build demo test interop bench stall lint audit envoy etcd

build: $(RUST)
	cargo build --release --lib --target wasm32-wasip1
	@mkdir -p dist
	cp $(TARGET)/wasm32-wasip1/release/countersign.wasm dist/countersign.wasm

demo: build envoy
	cargo run --bin countersign -- demo

test: build envoy etcd $(INTEROP) $(BINDGEN)
	scripts/build-vectors $(TARGET)
	scripts/test $(TOOLS)/bin/wasm-bindgen-test-runner

interop: build envoy $(INTEROP)
	cargo test --test interop

bench: build envoy
	cargo bench --bench judge
	cargo bench --bench payments
	cargo test --test envoy cost -- --ignored --nocapture

# A decision service that stalls for a minute under load.
stall: build envoy
	cargo test --test envoy stall::a_service_that_stalls_for_a_minute_slows_nobody_else -- --ignored --nocapture

lint: $(RUST) $(DENY)
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	cargo clippy --lib --target wasm32-wasip1 -- -D warnings
	cargo clippy --lib --bins --no-default-features -- -D warnings
	cargo clippy --lib --target wasm32-wasip1 --features host-vectors -- -D warnings
	cargo clippy --profile test --lib --test core_in_wasm --target wasm32-unknown-unknown -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --lib --document-private-items
	$(TOOLS)/bin/cargo-deny check bans licenses sources

# Needs the network: the advisory database is fetched.
audit: $(DENY)
	$(TOOLS)/bin/cargo-deny check advisories

envoy: $(ENVOY)

etcd: $(ETCD)

# Tools. Each is installed once, into a folder that git ignores; its stamp carries its version.

$(ENVOY):
	scripts/install-envoy $(TOOLS) $(@:$(TOOLS)/envoy-%=%)
	touch $@

$(INTEROP):
	scripts/install-interop $(TOOLS)/interop
	touch $@

$(TOOLS)/etcd/stamp:
	scripts/install-etcd $(TOOLS)/etcd
	touch $@

$(DENY):
	cargo install --locked --root $(TOOLS) cargo-deny --version $(@:$(TOOLS)/cargo-deny-%=%)
	touch $@

$(BINDGEN):
	cargo install --root $(TOOLS) wasm-bindgen-cli --version $(BINDGEN_VERSION)
	touch $@

$(RUST): rust-toolchain.toml
	scripts/install-targets
	@mkdir -p $(TOOLS)
	touch $@
