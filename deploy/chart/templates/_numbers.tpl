{{/* Numbers that are computed from values. */}}

{{/* "true" if several pods elect a leader. Pods that only observe elect none. */}}
{{- define "kro.elects" -}}
{{- if and .Values.config.enableLeaderElection (not .Values.config.observe) -}}
true
{{- end -}}
{{- end -}}

{{/* The number of pods. Several pods without leader election would all reconcile. */}}
{{- define "kro.replicas" -}}
{{- ternary .Values.deployment.replicaCount 1 (eq (include "kro.elects" .) "true") | int -}}
{{- end -}}

{{/* The port of health checks, metrics and the JSON API; 0 if the endpoint is disabled. */}}
{{- define "kro.httpPort" -}}
{{- .Values.config.healthProbeBindAddress | toString | regexFind "[0-9]+$" -}}
{{- end -}}

{{/* The size in MiB of a memory quantity, such as 512Mi, 1.5Gi or 2G; rounded down. */}}
{{- define "kro.mebibytes" -}}
{{- $text := . | toString -}}
{{- $suffix := regexFind "[A-Za-z]*$" $text -}}
{{- $units := dict "" 1.0 "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 -}}
{{- divf (mulf (trimSuffix $suffix $text | float64) (get $units $suffix | default 0.0)) 1048576.0 | floor | int64 -}}
{{- end -}}

{{/* The limit of the JavaScript heap in MiB: 75 % of the memory limit; 0 without a memory limit. */}}
{{- define "kro.heapLimit" -}}
{{- $limits := (.Values.deployment.resources | default dict).limits | default dict -}}
{{- with $limits.memory -}}
{{- div (mul (include "kro.mebibytes" .) 3) 4 -}}
{{- else -}}
0
{{- end -}}
{{- end -}}

{{/* The number of whole seconds, rounded up, of a duration in Go's format, such as 1m30s or 1500ms. */}}
{{- define "kro.seconds" -}}
{{- $milli := regexFind "[0-9.]+ms" . | trimSuffix "ms" | default "0" | float64 -}}
{{- $whole := regexReplaceAll "[0-9.]+(ms|us|µs|ns)" . "" -}}
{{- $hours := regexFind "[0-9.]+h" $whole | trimSuffix "h" | default "0" | float64 -}}
{{- $minutes := regexFind "[0-9.]+m" $whole | trimSuffix "m" | default "0" | float64 -}}
{{- $seconds := regexFind "[0-9.]+s" $whole | trimSuffix "s" | default "0" | float64 -}}
{{- addf (mulf $hours 3600) (mulf $minutes 60) $seconds (divf $milli 1000) | ceil | int64 -}}
{{- end -}}
