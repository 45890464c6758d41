{{- define "sallyport.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- /* What tells the pods of one part of one release apart: a list of the root and the part. */ -}}
{{- define "sallyport.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ $root.Chart.Name }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "sallyport.labels" -}}
{{- $root := index . 0 -}}
{{ include "sallyport.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version }}
{{- end -}}

{{- define "sallyport.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Of every pod: a list of the root, and whether it has a volume of its own for its data. */ -}}
{{- define "sallyport.pod" -}}
{{- $root := index . 0 -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  seccompProfile:
    type: RuntimeDefault
volumes:
  - name: tmp
    emptyDir: {}
  {{- if not (index . 1) }}
  - name: data
    emptyDir: {}
  {{- end }}
  {{- with $root.Values.graph.configMap }}
  - name: graph
    configMap:
      name: {{ . }}
  {{- end }}
{{- end -}}

{{- /* Of every container. */ -}}
{{- define "sallyport.container" -}}
image: {{ include "sallyport.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
volumeMounts:
  - name: tmp
    mountPath: /tmp
  - name: data
    mountPath: /data
  {{- if .Values.graph.configMap }}
  - name: graph
    mountPath: /graph
    readOnly: true
  {{- end }}
{{- end -}}

{{- /*
A list of the root and the settings of one part, which win over those of both. JSON writes a number as it was given: 1048576, not 1.048576e+06.
*/ -}}
{{- define "sallyport.environment" -}}
{{- $root := index . 0 -}}
- name: NODE_ENV
  value: production
- name: HOST
  value: 0.0.0.0
- name: DATA_DIR
  value: /data
- name: PUBLIC_URL
  value: {{ $root.Values.publicUrl | quote }}
- name: SUPERGRAPH_CONFIG
  value: {{ $root.Values.graph.path | quote }}
- name: AUTH_URL
  value: http://{{ include "sallyport.name" $root }}-auth:4001/graphql
- name: IDENTITY_JWKS_URL
  value: http://{{ include "sallyport.name" $root }}-gateway:{{ $root.Values.gateway.service.port }}/.well-known/identity-jwks.json
{{- range $name, $value := merge (dict) (index . 1) $root.Values.settings }}
- name: {{ $name }}
  value: {{ kindIs "string" $value | ternary $value (toJson $value) | quote }}
{{- end }}
{{- end -}}

{{- define "sallyport.probes" -}}
# A process that hangs is ended; one that is not ready, or whose database is away, is only passed over.
livenessProbe:
  httpGet: { path: /health/live, port: graphql }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
startupProbe:
  httpGet: { path: /health/live, port: graphql }
  periodSeconds: 2
  failureThreshold: 60
readinessProbe:
  httpGet: { path: /health/ready, port: graphql }
  periodSeconds: 3
  timeoutSeconds: 3
  failureThreshold: 2
# Until every proxy has noticed; then it drains for up to ten seconds.
lifecycle:
  preStop:
    exec:
      command: [sleep, '5']
{{- end -}}

{{- /* A list of the root, the part and its values. */ -}}
{{- define "sallyport.placing" -}}
terminationGracePeriodSeconds: 30
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "sallyport.selector" . | nindent 8 }}
{{- with (index . 2).nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with (index . 2).tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
