import { ToolbarButton, useGraphiQL } from '@graphiql/react';
import { useMemo } from 'react';
import { GaugeIcon } from './icons.jsx';
import { useLanguage } from './language.js';
import { laidOut, reportIn, setWanted, useReport } from './report.js';
import { useTexts } from './texts.js';

/** Beside the editor: whether answers tell how they were made. */
export function ReportButton() {
  const texts = useTexts();
  const wanted = useReport((state) => state.wanted);
  return (
    <ToolbarButton label={texts.howItRan} aria-pressed={wanted} onClick={() => setWanted(!wanted)}>
      <GaugeIcon className="graphiql-toolbar-icon" aria-hidden="true" />
    </ToolbarButton>
  );
}

function Summary({ report }) {
  const texts = useTexts();
  const parts = [report.execution, texts.statements(report.statements), report.explain?.refused];
  return (
    <span className={report.execution === 'planned' ? 'exgo-success' : 'exgo-hint'}>
      {parts.filter(Boolean).join(' · ')}
    </span>
  );
}

/** Below the answer, read from it: each tab's answer keeps its own. */
export function ReportLine() {
  const language = useLanguage((state) => state.language);
  const response = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]?.response);
  const report = useMemo(() => reportIn(response), [response]);
  if (!report) return null;
  const statement = report.explain?.statement;
  return (
    <div className="exgo-report" role="status" lang={language}>
      {statement ? (
        <details>
          <summary>
            <Summary report={report} />
          </summary>
          <pre tabIndex={0}>{laidOut(statement)}</pre>
        </details>
      ) : (
        <Summary report={report} />
      )}
    </div>
  );
}
