{{/*
The arguments of the container. Every value is passed explicitly, so that the arguments do not depend on the
defaults of the image.
*/}}
{{- define "kro.arguments" -}}
{{- with .Values.config -}}
- --health-probe-bind-address={{ .healthProbeBindAddress }}
- --metrics-bind-address={{ .metricsBindAddress }}
{{- if .httpAuth }}
- --http-auth
{{- end }}
{{- if .metricsAuth }}
- --metrics-auth
{{- end }}
{{- if $.Values.tls.secretName }}
- --tls-cert-file=/tls/tls.crt
- --tls-key-file=/tls/tls.key
{{- end }}
{{- if .clientQps }}
- --client-qps={{ .clientQps }}
{{- if .clientBurst }}
- --client-burst={{ .clientBurst | int64 }}
{{- end }}
{{- end }}
{{- if .observe }}
- --observe
{{- else }}
- --leader-election-namespace={{ .leaderElectionNamespace | default $.Release.Namespace }}
{{- end }}
{{- if include "kro.elects" $ }}
- --leader-elect
- --leader-election-lease-duration={{ .leaderElectionLeaseDuration }}
- --leader-election-renew-deadline={{ .leaderElectionRenewDeadline }}
- --leader-election-retry-period={{ .leaderElectionRetryPeriod }}
{{- if .enableControllerWarmup }}
- --enable-controller-warmup
{{- end }}
{{- end }}
- --graceful-shutdown-timeout={{ .gracefulShutdownTimeout }}
{{- if $.Values.debug.heapSnapshots.enabled }}
- --debug-dir=/debug
{{- end }}
- --resource-graph-definition-concurrent-reconciles={{ .resourceGraphDefinitionConcurrentReconciles | int64 }}
- --rgd-progress-requeue-delay={{ .resourceGraphDefinitionProgressRequeueDelay }}
- --rgd-max-collection-size={{ .rgd.maxCollectionSize | int64 }}
- --rgd-max-collection-dimension-size={{ .rgd.maxCollectionDimensionSize | int64 }}
- --rgd-max-graph-revisions={{ .rgd.maxGraphRevisions | int64 }}
{{- if and .allowCRDDeletion (not .observe) }}
- --allow-crd-deletion
{{- end }}
- --dynamic-controller-concurrent-reconciles={{ .dynamicControllerConcurrentReconciles | int64 }}
- --instance-requeue-interval={{ .instance.requeueInterval }}
- --dynamic-controller-rate-limiter-min-delay={{ .dynamicControllerRateLimiterMinDelay }}
- --dynamic-controller-rate-limiter-max-delay={{ .dynamicControllerRateLimiterMaxDelay }}
- --dynamic-controller-rate-limiter-rate-limit={{ .dynamicControllerRateLimiterRateLimit | int64 }}
- --dynamic-controller-rate-limiter-burst-limit={{ .dynamicControllerRateLimiterBurstLimit | int64 }}
- --dynamic-controller-default-queue-max-retries={{ .dynamicControllerDefaultQueueMaxRetries | int64 }}
- --dynamic-controller-default-resync-period={{ .dynamicControllerDefaultResyncPeriod | int64 }}
- --zap-log-level={{ .logLevel }}
- --zap-encoder={{ .logEncoder }}
{{- with .featureGates }}
{{- $gates := list }}
{{- range $name, $value := . }}
{{- $gates = append $gates (printf "%s=%t" $name $value) }}
{{- end }}
- --feature-gates={{ join "," $gates }}
{{- end }}
{{- end }}
{{- with .Values.deployment.extraArgs }}
{{ toYaml . }}
{{- end }}
{{- end -}}
