/**
 * What the command line does, as functions: migrations, keys, imports, audits.
 * @module evergrant/admin
 */
export { systemClock } from '../clock.ts'
export type { SealedPurpose } from '../ports/cipher.ts'
export type { Clock, DelayOptions } from '../ports/clock.ts'
export type { Randomness } from '../ports/randomness.ts'
export type { SealedTable } from '../ports/sealed-values.ts'
export type { ConnectionKey, ConnectionRow } from '../ports/store.ts'
export { type FileKeysOptions, fileKeys, type SealedData } from '../sealing/file-keys.ts'
export { makeDataDirectory } from '../store/sqlite/data-directory.ts'
export { type DiagnoseOptions, type Diagnosis, diagnose } from './doctor/diagnose.ts'
export type { Check, Finding, Verdict } from './doctor/finding.ts'
export { type DatabasePlace, type FindDatabaseOptions, findDatabase } from './find-database.ts'
export { type ForgetKeyOptions, type ForgottenKey, forgetKey } from './forget-key.ts'
export { type GenerateKeyOptions, generateKey } from './generate-key.ts'
export { type EnvironmentImport, importFromEnvironment } from './import-from-environment.ts'
export { type ImportOptions, type ImportResult, importTokens } from './import-tokens.ts'
export { type KeyList, type KeyUse, type ListKeysOptions, listKeys, type RingKeyUse } from './list-keys.ts'
export { type MigrateOptions, type MigrationReport, migrate } from './migrate.ts'
export type { AccountClient } from './moving-in/accounts.ts'
export {
  type ImportFromOptions,
  type ImportProgress,
  importFrom,
} from './moving-in/import-from.ts'
export type { ImportReport, ReportedRow, ReportedRows } from './moving-in/report.ts'
export type { SourceKey } from './moving-in/source-row.ts'
export type { AccountsSource, ImportSource, TokenTableSource, ZohoSdkSource } from './moving-in/sources.ts'
export type { MovingOutcome, MovingReason } from './moving-in/verdict.ts'
export type { TextInput, ZohoSdkClient } from './moving-in/zoho-sdk.ts'
export { openWithAnyKeys } from './open-with-any-keys.ts'
export { type RevokeResult, type RevokeTokensOptions, revokeTokens } from './revoke-tokens.ts'
export {
  type ResealOptions,
  type ResealProgress,
  type ResealReport,
  rotateKeys,
  sealTokens,
  type UnopenedValue,
} from './rotate-keys.ts'
export { readStoredConnection, type StoredConnection } from './stored-connection.ts'
export { parseTokenRecord, parseTokenRecords, type TokenExpiry, type TokenImport } from './token-records.ts'
