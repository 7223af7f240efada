#!/usr/bin/env bash
# Runs the example against a kro controller that already runs in the cluster of the current kubeconfig: applies
# the RGD and an instance, waits until the instance is ready, and deletes both.
set -euo pipefail
cd "$(dirname "$0")/../examples/httpbin"

kubectl wait crd/resourcegraphdefinitions.kro.run --for=condition=Established --timeout=5m
kubectl apply -f rgd.yaml
kubectl wait rgd/httpbin --for=condition=Ready --timeout=5m
kubectl apply -f instance.yaml
kubectl wait -f instance.yaml --for=jsonpath='{.status.availableReplicas}'=2 --timeout=5m
kubectl wait -f instance.yaml --for=condition=Ready --timeout=5m
kubectl delete -f instance.yaml --timeout=5m
[ -z "$(kubectl get deployment,service,serviceaccount -l kro.run/owned=true -o name)" ]
kubectl delete -f rgd.yaml --timeout=5m
echo "the example became ready and was deleted"
