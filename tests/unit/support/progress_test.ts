import assert from "node:assert/strict";
import { BuildProgress, componentOf, duration } from "../../support/controlplane/progress.ts";

Deno.test("a build's output becomes which component, how many packages", () => {
  const state = new BuildProgress(1900);
  const steps: [string, string][] = [
    ["", "all packages are compiled already, linking"],
    ["errors", "compiling shared packages: 1 of at most 1900 packages"],
    ["go.etcd.io/etcd/server/v3/etcdserver", "compiling etcd: 2 of at most 1900 packages"],
    ["golang.org/x/net/http2", "compiling shared packages: 3 of at most 1900 packages"],
    ["k8s.io/kubernetes/cmd/kubectl", "compiling kubectl: 4 of at most 1900 packages"],
  ];
  for (const [line, expected] of steps) {
    state.line(line);
    assert.equal(state.text, expected, line);
  }
  state.linked = ["etcd", "kwok"];
  assert.equal(state.text, "compiling kubectl: 4 of at most 1900 packages; done: etcd, kwok");
  assert.equal(state.complaints, "");
});

Deno.test("before the packages are known, the modules that were fetched are counted", () => {
  const state = new BuildProgress();
  assert.equal(state.text, "looking at modules");
  state.line("go: downloading k8s.io/api v0.36.3");
  state.line("go: downloading sigs.k8s.io/yaml v1.6.0");
  assert.equal(state.text, "fetched 2 modules");
});

Deno.test("what is not progress is kept for the message of a build that fails", () => {
  const state = new BuildProgress(9);
  const output = ["k8s.io/api/core/v1", "# k8s.io/api/core/v1", "./types.go:3:1: syntax error", ""];
  output.forEach((line) => state.line(line));
  assert.equal(state.complaints, "# k8s.io/api/core/v1\n./types.go:3:1: syntax error");
  assert.equal(state.text, "compiling shared packages: 1 of at most 9 packages");
});

Deno.test("packages belong to the component that they are part of", () => {
  const cases: [string, string | undefined][] = [
    ["go.etcd.io/etcd/server/v3", "etcd"],
    ["go.etcd.io/etcd/client/v3", undefined],
    ["k8s.io/kubernetes/cmd/kube-scheduler/app", "kube-scheduler"],
    ["k8s.io/kubernetes/pkg/controller/deployment", "kube-controller-manager"],
    ["k8s.io/kubernetes/pkg/registry/core/pod", "kube-apiserver"],
    ["k8s.io/kubectl/pkg/cmd/apply", "kubectl"],
    ["k8s.io/kubernetes/pkg/apis/core", undefined],
    ["sigs.k8s.io/kwok/pkg/kwok/controllers", "kwok"],
    ["sigs.k8s.io/yaml", undefined],
  ];
  for (const [path, expected] of cases) assert.equal(componentOf(path), expected, path);
});

Deno.test("durations are said as people say them", () => {
  assert.equal(duration(12_400), "12 s");
  assert.equal(duration(200_000), "3 min 20 s");
});
