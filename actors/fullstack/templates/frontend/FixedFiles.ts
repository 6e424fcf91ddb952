/**
 * The files that are the same in every frontend but for the lines that features choose, in the order they are written.
 *
 * @since 0.1.0
 */
import type { SuiteTest } from "../../internal/TestSuite.ts"
import type { Condition } from "./Conditional.ts"
import { text as api } from "./files/Api.ts"
import { text as app } from "./files/App.ts"
import { text as componentsConfirmDialog } from "./files/components/ConfirmDialog.ts"
import { text as componentsConflictNotice } from "./files/components/ConflictNotice.ts"
import { text as componentsCredentialsForm } from "./files/components/CredentialsForm.ts"
import { text as componentsDeleteDialog } from "./files/components/DeleteDialog.ts"
import { text as componentsEntityForm } from "./files/components/EntityForm.ts"
import { text as componentsErrorBoundary } from "./files/components/ErrorBoundary.ts"
import { text as componentsFieldInput } from "./files/components/FieldInput.ts"
import { text as componentsFilterPanel } from "./files/components/FilterPanel.ts"
import { text as componentsLayout } from "./files/components/Layout.ts"
import { text as componentsNotices } from "./files/components/Notices.ts"
import { text as componentsPageHead } from "./files/components/PageHead.ts"
import { text as componentsPagination } from "./files/components/Pagination.ts"
import { text as componentsProblemAlert } from "./files/components/ProblemAlert.ts"
import { text as componentsReferenceSelect } from "./files/components/ReferenceSelect.ts"
import { text as componentsRowTable } from "./files/components/RowTable.ts"
import { text as draft } from "./files/Draft.ts"
import { text as gitignore } from "./files/Gitignore.ts"
import { text as index } from "./files/Index.ts"
import { text as listMemory } from "./files/ListMemory.ts"
import { text as listQuery } from "./files/ListQuery.ts"
import { text as main } from "./files/Main.ts"
import { text as model } from "./files/Model.ts"
import { text as notices } from "./files/Notices.ts"
import { text as pagesAccountPage } from "./files/pages/AccountPage.ts"
import { text as pagesAuditLogPage } from "./files/pages/AuditLogPage.ts"
import { text as pagesDashboardPage } from "./files/pages/DashboardPage.ts"
import { text as pagesEditPage } from "./files/pages/EditPage.ts"
import { text as pagesListPage } from "./files/pages/ListPage.ts"
import { text as pagesNotFoundPage } from "./files/pages/NotFoundPage.ts"
import { text as pagesPeoplePage } from "./files/pages/PeoplePage.ts"
import { text as pagesRegisterPage } from "./files/pages/RegisterPage.ts"
import { text as pagesSignInPage } from "./files/pages/SignInPage.ts"
import { text as rEADME } from "./files/README.ts"
import { text as router } from "./files/Router.ts"
import { text as session } from "./files/Session.ts"
import { text as styles } from "./files/Styles.ts"
import { text as tsconfig } from "./files/Tsconfig.ts"
import { file as testAccountPagesTest } from "./files/test/AccountPagesTest.ts"
import { text as testAppTest } from "./files/test/AppTest.ts"
import { text as testAuditLogTest } from "./files/test/AuditLogTest.ts"
import { file as testAuthTest } from "./files/test/AuthTest.ts"
import { file as testDashboardTest } from "./files/test/DashboardTest.ts"
import { text as testEntityChecks } from "./files/test/EntityChecks.ts"
import { text as testFakeApi } from "./files/test/FakeApi.ts"
import { text as testSetup } from "./files/test/Setup.ts"
import { text as unsaved } from "./files/Unsaved.ts"
import { text as useIsHere } from "./files/UseIsHere.ts"
import { text as useLabels } from "./files/UseLabels.ts"
import { text as useLoad } from "./files/UseLoad.ts"
import { text as viteConfig } from "./files/ViteConfig.ts"

/** A file below `frontend/`. */
export interface FixedFile {
  readonly path: string
  readonly text: string
  /** Only written where this holds. */
  readonly needs?: Condition
  /** Those of its tests that check a criterion. */
  readonly tests?: ReadonlyArray<SuiteTest<never>>
}

/**
 * All of them. A file of a feature's own is only written with the feature.
 *
 * @category models
 */
export const fixedFiles: ReadonlyArray<FixedFile> = [
  { path: "README.md", text: rEADME },
  { path: ".gitignore", text: gitignore },
  { path: "index.html", text: index },
  { path: "src/App.tsx", text: app },
  { path: "src/api.ts", text: api },
  { path: "src/components/ConfirmDialog.tsx", text: componentsConfirmDialog },
  { path: "src/components/ConflictNotice.tsx", text: componentsConflictNotice },
  { path: "src/components/CredentialsForm.tsx", text: componentsCredentialsForm, needs: "user-authentication" },
  { path: "src/components/DeleteDialog.tsx", text: componentsDeleteDialog },
  { path: "src/components/EntityForm.tsx", text: componentsEntityForm },
  { path: "src/components/ErrorBoundary.tsx", text: componentsErrorBoundary },
  { path: "src/components/FieldInput.tsx", text: componentsFieldInput },
  { path: "src/components/FilterPanel.tsx", text: componentsFilterPanel },
  { path: "src/components/Layout.tsx", text: componentsLayout },
  { path: "src/components/Notices.tsx", text: componentsNotices },
  { path: "src/components/PageHead.tsx", text: componentsPageHead },
  { path: "src/components/Pagination.tsx", text: componentsPagination },
  { path: "src/components/ProblemAlert.tsx", text: componentsProblemAlert },
  { path: "src/components/ReferenceSelect.tsx", text: componentsReferenceSelect },
  { path: "src/components/RowTable.tsx", text: componentsRowTable },
  { path: "src/draft.ts", text: draft },
  { path: "src/listMemory.ts", text: listMemory },
  { path: "src/listQuery.ts", text: listQuery },
  { path: "src/main.tsx", text: main },
  { path: "src/model.ts", text: model },
  { path: "src/notices.ts", text: notices },
  { path: "src/pages/AccountPage.tsx", text: pagesAccountPage, needs: "user-authentication" },
  { path: "src/pages/AuditLogPage.tsx", text: pagesAuditLogPage, needs: "audit-log" },
  { path: "src/pages/DashboardPage.tsx", text: pagesDashboardPage, needs: "dashboard" },
  { path: "src/pages/EditPage.tsx", text: pagesEditPage },
  { path: "src/pages/ListPage.tsx", text: pagesListPage },
  { path: "src/pages/NotFoundPage.tsx", text: pagesNotFoundPage },
  { path: "src/pages/PeoplePage.tsx", text: pagesPeoplePage, needs: "user-authentication" },
  { path: "src/pages/RegisterPage.tsx", text: pagesRegisterPage, needs: "user-authentication" },
  { path: "src/pages/SignInPage.tsx", text: pagesSignInPage, needs: "user-authentication" },
  { path: "src/router.tsx", text: router },
  { path: "src/session.tsx", text: session, needs: "user-authentication" },
  { path: "src/styles.css", text: styles },
  { path: "src/unsaved.ts", text: unsaved },
  { path: "src/useIsHere.ts", text: useIsHere },
  { path: "src/useLabels.ts", text: useLabels },
  { path: "src/useLoad.ts", text: useLoad },
  { path: "test/accountPages.test.tsx", ...testAccountPagesTest, needs: "user-authentication" },
  { path: "test/app.test.tsx", text: testAppTest },
  { path: "test/auditLog.test.tsx", text: testAuditLogTest, needs: "audit-log" },
  { path: "test/auth.test.tsx", ...testAuthTest, needs: "user-authentication" },
  { path: "test/dashboard.test.tsx", ...testDashboardTest, needs: "dashboard" },
  { path: "test/entityChecks.tsx", text: testEntityChecks },
  { path: "test/fakeApi.ts", text: testFakeApi },
  { path: "test/setup.ts", text: testSetup },
  { path: "tsconfig.json", text: tsconfig },
  { path: "vite.config.ts", text: viteConfig }
]
