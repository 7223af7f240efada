import assert from "node:assert/strict";
import { BuildProgress, componentOf, duration } from "../../support/controlplane/progress.ts";

Deno.test("the progress of a build has its component and its number of packages", () => {
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

Deno.test("the progress counts fetched modules until the packages are known", () => {
  const state = new BuildProgress();
  assert.equal(state.text, "looking at modules");
  state.line("go: downloading k8s.io/api v0.36.3");
  state.line("go: downloading sigs.k8s.io/yaml v1.6.0");
  assert.equal(state.text, "fetched 2 modules");
});

Deno.test("other output is kept for the error message of a failed build", () => {
  const state = new BuildProgress(9);
  const output = ["k8s.io/api/core/v1", "# k8s.io/api/core/v1", "./types.go:3:1: syntax error", ""];
  output.forEach((line) => state.line(line));
  assert.equal(state.complaints, "# k8s.io/api/core/v1\n./types.go:3:1: syntax error");
  assert.equal(state.text, "compiling shared packages: 1 of at most 9 packages");
});

Deno.test("componentOf returns the component of a package", () => {
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

Deno.test("duration formats milliseconds as seconds, or as minutes and seconds", () => {
  assert.equal(duration(12_400), "12 s");
  assert.equal(duration(200_000), "3 min 20 s");
});
