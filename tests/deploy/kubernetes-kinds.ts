// The kinds of the chart's manifests as Kubernetes defines them: the compiler refuses a field that no such kind has.
import type { Deployment, StatefulSet } from 'kubernetes-types/apps/v1.js'
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2.js'
import type { Job } from 'kubernetes-types/batch/v1.js'
import type { Service } from 'kubernetes-types/core/v1.js'
import type { ObjectMeta } from 'kubernetes-types/meta/v1.js'
import type { NetworkPolicy } from 'kubernetes-types/networking/v1.js'
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.js'

export interface Kinds {
  readonly Deployment: Deployment
  readonly HorizontalPodAutoscaler: HorizontalPodAutoscaler
  readonly Job: Job
  readonly NetworkPolicy: NetworkPolicy
  readonly PodDisruptionBudget: PodDisruptionBudget
  readonly Service: Service
  readonly ServiceMonitor: ServiceMonitor
  readonly StatefulSet: StatefulSet
}

export type Kind = keyof Kinds

/** Of the Prometheus Operator: as much of it as the chart uses. */
interface ServiceMonitor {
  readonly apiVersion?: 'monitoring.coreos.com/v1'
  readonly kind?: 'ServiceMonitor'
  readonly metadata?: ObjectMeta
  readonly spec?: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> }
    readonly endpoints: readonly {
      readonly port: string
      readonly path: string
      readonly interval: string
      readonly relabelings: readonly {
        readonly targetLabel: string
        readonly replacement: string
      }[]
    }[]
  }
}
