import { readFileSync } from 'node:fs'
import { url as inspectorUrl } from 'node:inspector'
import { readEnvironment } from '../../environment.ts'
import { type Finding, pass, warn } from './finding.ts'

/** What this process would show of its memory, and to whom. */
export interface ProcessFacts {
  /** Bytes of a core dump; null: nobody knows on this platform. */
  readonly coreLimit: number | null
  /** Options that Node was started with, those of NODE_OPTIONS among them. */
  readonly nodeOptions: readonly string[]
  readonly isInspected: boolean
  /** Whether this Node knows `--disable-sigusr1`. */
  readonly canRefuseInspector: boolean
  /** Whether a diagnostic report is written by itself, and leaves out the environment. */
  readonly report: { readonly isOn: boolean; readonly leavesOutEnvironment: boolean }
  /** NODE_TLS_REJECT_UNAUTHORIZED=0. */
  readonly acceptsAnyCertificate: boolean
  /** Whether the environment holds encryption keys. */
  readonly hasKeysInEnvironment: boolean
}

export function readProcess(): ProcessFacts {
  const environment = readEnvironment()
  const { report } = process
  return {
    coreLimit: coreLimitOf(limitsOfThisProcess()),
    nodeOptions: [...process.execArgv, ...environment.nodeOptions.split(/\s+/).filter(word => word !== '')],
    isInspected: inspectorUrl() !== undefined,
    canRefuseInspector: process.allowedNodeEnvironmentFlags.has('--disable-sigusr1'),
    report: {
      isOn: report.reportOnFatalError || report.reportOnSignal || report.reportOnUncaughtException,
      leavesOutEnvironment: 'excludeEnv' in report && report.excludeEnv === true,
    },
    acceptsAnyCertificate: environment.acceptsAnyCertificate,
    hasKeysInEnvironment: environment.encryptionKeys !== undefined,
  }
}

/** What the facts mean for tokens and keys, which lie in this memory as they are. */
export function processFindings(facts: ProcessFacts): readonly Finding[] {
  return [coreDumps(facts), inspector(facts), reports(facts), certificates(facts)]
}

function coreDumps({ coreLimit }: ProcessFacts): Finding {
  if (coreLimit === 0) return pass('core_dumps', 'This process leaves no core dump.')
  const remedy =
    'Start the service with `ulimit -c 0`, or LimitCORE=0 in its systemd unit: a dump holds tokens and keys.'
  return coreLimit === null
    ? warn('core_dumps', 'Nobody can tell here whether this process would leave a core dump.', remedy)
    : warn('core_dumps', 'This process leaves a core dump when it crashes.', remedy)
}

function inspector({ isInspected, nodeOptions, canRefuseInspector }: ProcessFacts): Finding {
  if (isInspected || nodeOptions.some(option => /^--inspect(?!-publish)/.test(option))) {
    return warn(
      'inspector',
      'The inspector is open: who reaches its port reads all memory.',
      'Start the service without --inspect, also in NODE_OPTIONS.',
    )
  }
  const snapshots = nodeOptions.find(option => option.startsWith('--heapsnapshot'))
  if (snapshots !== undefined) {
    return warn(
      'inspector',
      `Node writes heap snapshots to disk (${snapshots.split('=')[0]}), and they hold tokens.`,
      'Start the service without that option.',
    )
  }
  if (nodeOptions.includes('--disable-sigusr1')) return pass('inspector', 'The inspector is shut, for good.')
  return warn(
    'inspector',
    'The inspector is shut, but SIGUSR1 opens it.',
    canRefuseInspector
      ? 'Start the service with NODE_OPTIONS=--disable-sigusr1.'
      : 'A newer Node (22.14, 24) can refuse that: NODE_OPTIONS=--disable-sigusr1.',
  )
}

function reports({ report, hasKeysInEnvironment }: ProcessFacts): Finding {
  if (report.isOn && !report.leavesOutEnvironment) {
    return warn(
      'reports',
      'Node writes diagnostic reports, and they hold the environment with its secrets.',
      'Start the service without --report-on-…, or with --report-exclude-env (Node 22.13 or newer).',
    )
  }
  if (!hasKeysInEnvironment) return pass('reports', 'No report of this process holds encryption keys.')
  return warn(
    'reports',
    'The encryption keys are in the environment: /proc and child processes show it.',
    'Where that matters, give them by a file: `encryptionKeys: fileKeys(path)` of evergrant/admin.',
  )
}

function certificates({ acceptsAnyCertificate }: ProcessFacts): Finding {
  if (!acceptsAnyCertificate) return pass('certificates', 'Certificates are checked.')
  return warn(
    'certificates',
    'NODE_TLS_REJECT_UNAUTHORIZED=0 turns the check of certificates off.',
    'Remove it. Token endpoints are checked all the same, but fetch() and the database are not. ' +
      'Name a root of your own in NODE_EXTRA_CA_CERTS instead.',
  )
}

/** The soft limit of a core dump in Linux's table of limits. */
export function coreLimitOf(limits: string | null): number | null {
  const [, soft] = /^Max core file size\s+(\d+|unlimited)/m.exec(limits ?? '') ?? []
  if (soft === undefined) return null
  return soft === 'unlimited' ? Infinity : Number(soft)
}

function limitsOfThisProcess(): string | null {
  try {
    return readFileSync('/proc/self/limits', 'utf8')
  } catch {
    return null
  }
}
