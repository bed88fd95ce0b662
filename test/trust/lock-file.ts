/** A package as `package-lock.json` has it. */
export interface LockedPackage {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly dev?: boolean
  readonly hasInstallScript?: boolean
}

export interface LockFile {
  readonly lockfileVersion: number
  /** By path in `node_modules`; the project itself is the empty path. */
  readonly packages: Readonly<Record<string, LockedPackage>>
}

const VERSION = /^\d+\.\d+\.\d+(?:-[\w.-]+)?$/

/** What in a lock file lets something else be installed than was meant, one line for each. */
export function faultsIn({ lockfileVersion, packages }: LockFile): readonly string[] {
  const faults = Object.entries(packages).flatMap(([path, locked]) => {
    if (path === '') return []
    return Object.entries({
      'is no version': !VERSION.test(locked.version ?? ''),
      'has no sha512 of its content': !/^sha512-[A-Za-z0-9+/]{86}==$/.test(locked.integrity ?? ''),
      'names the address of a registry': locked.resolved !== undefined,
      'is a link': locked.link === true,
      'runs a script when it is installed': locked.hasInstallScript === true && locked.dev !== true,
    }).flatMap(([fault, is]) => (is ? [`${path} ${fault}`] : []))
  })
  return lockfileVersion >= 3 ? faults : [`version ${lockfileVersion} does not hash everything`, ...faults]
}
