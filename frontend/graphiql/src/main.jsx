import './style-nonce.js';
import './workers.js';
// GraphiQL would load the editor when it is first shown, which is at once; and bundled here its styles come along.
import 'monaco-graphql/esm/monaco-editor.js';
import 'monaco-graphql/esm/lite.js';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './page.css';
import './panels.css';
import './account.css';
import './operations.css';
import './report.css';

import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { AccountPanel } from './AccountPanel.jsx';
import { HeaderBar } from './HeaderBar.jsx';
import { AccountIcon, OperationsIcon } from './icons.jsx';
import { OperationsPanel } from './OperationsPanel.jsx';
import { query } from './report.js';
import { ReportButton, ReportLine } from './Report.jsx';
import { fetcherWith } from './request.js';
import { notice, refresh, useSession } from './session.js';
import { StepFooter } from './StepFooter.jsx';
import { operations, record } from './steps.js';
import { storage } from './storage.js';
import { WELCOME } from './texts.js';

const ACCOUNT = { title: 'Account', icon: AccountIcon, content: AccountPanel };
const OPERATIONS = { title: 'Saved operations', icon: OperationsIcon, content: OperationsPanel };
const PLUGINS = [OPERATIONS, ACCOUNT, HISTORY_PLUGIN];
const FIRST_SEEN = operations.length ? OPERATIONS : ACCOUNT;

const fetcher = fetcherWith(query, (params, answer) => {
  record(params, answer);
  notice(answer);
});

/** Where introspection was refused to one account, the next one that logs in asks again. */
function SchemaAfterLogIn() {
  const { introspect } = useGraphiQLActions();
  const failed = useGraphiQL(({ schema, fetchError }) => !schema && Boolean(fetchError));
  const email = useSession((state) => state.viewer?.email);
  useEffect(() => {
    if (email && failed) introspect();
    // Not when `failed` changes: what is refused to this account stays refused.
  }, [email]);
  return null;
}

/** Explanations are long lines, and the editor is narrow: nobody should scroll to read them. */
function WrappedLines() {
  const { queryEditor, variableEditor } = useGraphiQL(pick('queryEditor', 'variableEditor'));
  useEffect(() => {
    for (const editor of [queryEditor, variableEditor]) editor?.updateOptions({ wordWrap: 'on' });
  }, [queryEditor, variableEditor]);
  return null;
}

function showAccount() {
  // Only GraphiQL's own sidebar button can unfold a folded panel.
  document.querySelector(`.graphiql-sidebar button[aria-label="Show ${ACCOUNT.title}"]`)?.click();
}

function Page() {
  // Introspection is for logged-in callers. A null schema keeps GraphiQL from asking before, and from showing the failure
  // in place of an answer; once somebody has logged in the schema stays.
  const known = useSession((state) => state.known);
  return (
    <GraphiQL
      fetcher={fetcher}
      storage={storage}
      schema={known ? undefined : null}
      plugins={PLUGINS}
      visiblePlugin={FIRST_SEEN}
      defaultQuery={WELCOME}
      defaultEditorToolsVisibility="variables"
      inputValueDeprecation
      schemaDescription
    >
      <GraphiQL.Logo>
        <HeaderBar onAccount={showAccount} />
      </GraphiQL.Logo>
      <GraphiQL.Toolbar>
        {({ prettify, merge, copy }) => (
          <>
            {prettify}
            {merge}
            {copy}
            <ReportButton />
          </>
        )}
      </GraphiQL.Toolbar>
      <GraphiQL.Footer>
        <ReportLine />
        <StepFooter />
      </GraphiQL.Footer>
      <SchemaAfterLogIn />
      <WrappedLines />
    </GraphiQL>
  );
}

// The account may change in another tab of the browser.
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && refresh());

refresh();
createRoot(document.getElementById('graphiql')).render(<Page />);
