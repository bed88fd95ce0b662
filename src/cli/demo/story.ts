import type { Chapter } from './chapter.ts'
import { backgroundRefresh } from './chapters/background-refresh.ts'
import { crmSync } from './chapters/crm-sync.ts'
import { expiry } from './chapters/expiry.ts'
import { firstToken } from './chapters/first-token.ts'
import { killedProcess } from './chapters/killed-process.ts'
import { outage } from './chapters/outage.ts'
import { rotation } from './chapters/rotation.ts'
import { sealedRow } from './chapters/sealed-row.ts'
import { secondProcess } from './chapters/second-process.ts'
import { seed } from './chapters/seed.ts'

/** The chapters in their order: each begins where the one before ended. */
export const story: readonly Chapter[] = [
  seed,
  firstToken,
  secondProcess,
  backgroundRefresh,
  rotation,
  expiry,
  outage,
  killedProcess,
  crmSync,
  sealedRow,
]
