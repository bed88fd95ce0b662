import { sqliteHarness } from '../support/sql-harness.ts'
import { refusedTransactionsContract } from '../support/store-contract/deletion.ts'
import { vanishedRowsContract } from '../support/store-contract/seeds.ts'
import { storeContract } from '../support/store-contract.ts'

storeContract('SQLite', sqliteHarness, refusedTransactionsContract, vanishedRowsContract)
