{{/* The rules of upstream's chart that kro itself needs. The kinds of graphs need further rules. */}}
{{- define "kro.ownRules" -}}
- apiGroups: [kro.run]
  resources: [resourcegraphdefinitions]
  verbs: [create, delete, get, list, patch, update, watch]
- apiGroups: [kro.run]
  resources: [resourcegraphdefinitions/finalizers]
  verbs: [update]
- apiGroups: [kro.run]
  resources: [resourcegraphdefinitions/status]
  verbs: [get, patch, update]
- apiGroups: [internal.kro.run]
  resources: [graphrevisions]
  verbs: [create, delete, get, list, patch, update, watch]
- apiGroups: [internal.kro.run]
  resources: [graphrevisions/finalizers]
  verbs: [update]
- apiGroups: [internal.kro.run]
  resources: [graphrevisions/status]
  verbs: [get, patch, update]
- apiGroups: [apiextensions.k8s.io]
  resources: [customresourcedefinitions]
  verbs: [create, get, list, watch, patch, update, delete]
# kro reads APIServices before it removes a finalizer, to distinguish a deleted kind from a kind whose
# aggregated API does not respond. kro also reads APIServices while an RGD waits for a kind that an
# aggregated API may add.
- apiGroups: [apiregistration.k8s.io]
  resources: [apiservices]
  verbs: [get, list, watch]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create, get, list, watch, patch, update, delete]
- apiGroups: ["", events.k8s.io]
  resources: [events]
  verbs: [create, patch]
# For httpAuth and metricsAuth: to authenticate a token and to check what its user may get.
- apiGroups: [authentication.k8s.io]
  resources: [tokenreviews]
  verbs: [create]
- apiGroups: [authorization.k8s.io]
  resources: [subjectaccessreviews]
  verbs: [create]
{{- end -}}

{{/* "true" if the feature gate InstanceConditionEvents is on, which records Events about instances. */}}
{{- define "kro.recordsEvents" -}}
{{- $gates := .Values.config.featureGates | default dict -}}
{{- $own := "InstanceConditionEvents" -}}
{{- if hasKey $gates $own | ternary (get $gates $own) (get $gates "AllAlpha") -}}
true
{{- end -}}
{{- end -}}

{{/*
Exactly the rules that kro itself needs in the whole cluster. A test compares them with the permissions that
`kro generate rbac --controller` prints.
*/}}
{{- define "kro.scopedRules" -}}
- apiGroups: [kro.run]
  resources: [resourcegraphdefinitions]
  verbs: [get, list, watch, patch]
- apiGroups: [kro.run]
  resources: [resourcegraphdefinitions/status]
  verbs: [patch]
- apiGroups: [internal.kro.run]
  resources: [graphrevisions]
  verbs: [list, watch, create, patch, delete]
- apiGroups: [internal.kro.run]
  resources: [graphrevisions/status]
  verbs: [patch]
- apiGroups: [apiextensions.k8s.io]
  resources: [customresourcedefinitions]
  verbs: [get, list, watch, create]
- apiGroups: [apiregistration.k8s.io]
  resources: [apiservices]
  verbs: [get, list, watch]
{{- if include "kro.recordsEvents" . }}
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- end }}
{{- include "kro.tokenRules" . }}
{{- end -}}

{{/* The rules that kro needs in the whole cluster if it only observes. */}}
{{- define "kro.observeRules" -}}
- apiGroups: [kro.run]
  resources: [resourcegraphdefinitions]
  verbs: [get, list, watch]
- apiGroups: [internal.kro.run]
  resources: [graphrevisions]
  verbs: [list, watch]
- apiGroups: [apiextensions.k8s.io]
  resources: [customresourcedefinitions]
  verbs: [get, list, watch]
- apiGroups: [apiregistration.k8s.io]
  resources: [apiservices]
  verbs: [get, list, watch]
{{- include "kro.tokenRules" . }}
{{- end -}}

{{/* The rules for httpAuth and metricsAuth. They let kro create reviews, which are not stored. */}}
{{- define "kro.tokenRules" -}}
{{- if or .Values.config.httpAuth .Values.config.metricsAuth }}
- apiGroups: [authentication.k8s.io]
  resources: [tokenreviews]
  verbs: [create]
- apiGroups: [authorization.k8s.io]
  resources: [subjectaccessreviews]
  verbs: [create]
{{- end }}
{{- end -}}

{{/* Exactly the rules that kro itself needs in the namespace of its Lease. */}}
{{- define "kro.leaseRules" -}}
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [controller.kro.run]
  verbs: [get, list, watch, update]
{{- if and .Values.config.enableLeaderElection (not (include "kro.recordsEvents" .)) }}
- apiGroups: [""]
  resources: [events]
  verbs: [create]
{{- end }}
{{- end -}}

{{/* A binding of a ClusterRole to kro's service account. A binding cannot change its role. */}}
{{- define "kro.binding" -}}
{{- $root := index . 0 -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: {{ index . 1 }}
  labels:
    {{- include "kro.labels" $root | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: {{ index . 2 }}
subjects:
  - kind: ServiceAccount
    name: {{ include "kro.serviceAccountName" $root }}
    namespace: {{ $root.Release.Namespace }}
{{- end -}}
