import { useGraphiQL } from '@graphiql/react';
import { ArrowIcon } from './icons.jsx';
import { useLanguage } from './language.js';
import { LogInAs } from './LogInAs.jsx';
import { useCurrentOperation, useOpen } from './opening.js';
import { placeOf, useSteps } from './steps.js';
import { useTexts } from './texts.js';

function Outcome({ run }) {
  const texts = useTexts();
  const kept = useSteps((state) => state.kept);
  if (run.refused) return <span className="exgo-refusal">{texts.refused}</span>;
  return (
    <>
      <span className="exgo-success">{run.meant ? texts.refusedAsMeant : texts.done}</span>
      {run.kept.map((name) => (
        <code key={name}>
          {name} = {JSON.stringify(kept[name])}
        </code>
      ))}
      {run.lost.length > 0 && <span className="exgo-refusal">{texts.lost(run.lost.join(', '))}</span>}
    </>
  );
}

/** Below the answer, where the eye is after a run: how the step went, what was kept, and the way on. */
export function StepFooter() {
  const texts = useTexts();
  const language = useLanguage((state) => state.language);
  const open = useOpen();
  const operation = useCurrentOperation();
  const run = useSteps((state) => operation && state.runs[operation.name]);
  const isFetching = useGraphiQL((state) => state.isFetching);
  if (!operation) return null;
  const { number, of, next, nextFlow } = placeOf(operation);
  const onward = next ?? nextFlow?.steps[0];
  return (
    <section className="exgo-footer" lang={language} aria-label={texts.step(number, of)}>
      <LogInAs operation={operation} />
      <div className="exgo-footer-row">
        <div className="exgo-outcome" role="status">
          <span className="exgo-hint">{texts.step(number, of)}</span>
          {run && <Outcome run={run} />}
        </div>
        {onward ? (
          <button
            type="button"
            className={run && !run.refused ? 'exgo-primary' : 'graphiql-button'}
            disabled={isFetching}
            onClick={() => open(onward)}
          >
            {next ? `${texts.next}: ${next.title}` : `${texts.nextFlow}: ${nextFlow.name}`} <ArrowIcon aria-hidden="true" />
          </button>
        ) : (
          <span className="exgo-hint">{texts.lastStep}</span>
        )}
      </div>
    </section>
  );
}
