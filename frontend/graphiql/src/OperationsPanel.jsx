import { Button } from '@graphiql/react';
import { useEffect, useRef, useState } from 'react';
import { RefusedIcon, TickIcon } from './icons.jsx';
import { useLanguage } from './language.js';
import { LogInAs } from './LogInAs.jsx';
import { useCurrentOperation, useOpen } from './opening.js';
import { flows, missingFrom, operations, startOver, useSteps } from './steps.js';
import { useTexts } from './texts.js';

// A label such as "owner · 悦达跨境" stands in full where one logs in.
const shortly = (labels) => labels.map((label) => label.split(' · ')[0]).join(', ');

const shown = (value) => (typeof value === 'string' ? value : JSON.stringify(value));

function Mark({ run, number }) {
  const texts = useTexts();
  if (!run) return <span className="exgo-mark">{number}</span>;
  const [state, Icon, text] = run.refused
    ? ['refused', RefusedIcon, texts.stepRefused]
    : ['done', TickIcon, texts.stepDone];
  return (
    <span className={`exgo-mark exgo-mark-${state}`} role="img" aria-label={text}>
      <Icon aria-hidden="true" />
    </span>
  );
}

function Missing({ operation }) {
  const texts = useTexts();
  const open = useOpen();
  const kept = useSteps((state) => state.kept);
  return missingFrom(operation, kept).map(({ name, giver }) => (
    <p key={name} className="exgo-hint">
      {texts.needs(name)}{' '}
      {giver && (
        <button type="button" className="exgo-link" onClick={() => open(giver)}>
          {texts.from(giver.title)}
        </button>
      )}
    </p>
  ));
}

function Step({ operation, number, current }) {
  const texts = useTexts();
  const open = useOpen();
  const run = useSteps((state) => state.runs[operation.name]);
  const place = useRef(null);
  useEffect(() => {
    // "Next" is far from this list. The flow that holds the step may be unfolding just now.
    if (current) requestAnimationFrame(() => place.current?.scrollIntoView({ block: 'nearest' }));
  }, [current]);
  return (
    <li ref={place} className={current ? 'exgo-step exgo-step-current' : 'exgo-step'}>
      <button
        type="button"
        className="exgo-row"
        aria-current={current ? 'step' : undefined}
        onClick={() => open(operation)}
      >
        <Mark run={run} number={number} />
        <span className="exgo-row-title">{operation.title}</span>
        {operation.as.length > 0 && <span className="exgo-badge">{texts.wants(shortly(operation.as))}</span>}
      </button>
      {current && (
        <div className="exgo-step-more">
          <Missing operation={operation} />
          <LogInAs operation={operation} />
        </div>
      )}
    </li>
  );
}

function Flow({ name, steps, current, searching, first }) {
  const runs = useSteps((state) => state.runs);
  const holdsCurrent = steps.includes(current);
  const [open, setOpen] = useState(first || holdsCurrent);
  useEffect(() => {
    if (holdsCurrent) setOpen(true);
  }, [holdsCurrent]);
  const done = steps.filter((step) => runs[step.name] && !runs[step.name].refused).length;
  return (
    <details className="exgo-flow" open={open || searching} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className="exgo-hint">
          {done}/{steps.length}
        </span>
        <h3>{name}</h3>
      </summary>
      <ol>
        {steps.map((operation, index) => (
          <Step key={operation.name} operation={operation} number={index + 1} current={operation === current} />
        ))}
      </ol>
    </details>
  );
}

function Remembered() {
  const texts = useTexts();
  const kept = useSteps((state) => state.kept);
  const names = Object.keys(kept);
  if (!names.length) return null;
  return (
    <section className="exgo-remembered" aria-labelledby="exgo-remembered">
      <header>
        <h3 id="exgo-remembered">{texts.remembered}</h3>
        <Button type="button" onClick={startOver}>
          {texts.startOver}
        </Button>
      </header>
      <p className="exgo-hint">{texts.rememberedHint}</p>
      <dl>
        {names.map((name) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd title={shown(kept[name])}>{shown(kept[name])}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function OperationsPanel() {
  const texts = useTexts();
  const language = useLanguage((state) => state.language);
  const current = useCurrentOperation();
  const [sought, setSought] = useState('');
  const wanted = sought.trim().toLowerCase();
  const found = flows
    .map(({ name, steps }) => ({
      name,
      steps: steps.filter((step) => `${step.title} ${step.name} ${name}`.toLowerCase().includes(wanted)),
    }))
    .filter(({ steps }) => steps.length);
  return (
    <section className="exgo-panel" lang={language} aria-labelledby="exgo-operations">
      <h2 id="exgo-operations">{texts.savedOperations}</h2>
      {operations.length > 0 && (
        <input
          type="search"
          className="exgo-search"
          value={sought}
          aria-label={texts.filter}
          placeholder={texts.filter}
          onChange={(event) => setSought(event.currentTarget.value)}
        />
      )}
      {found.map((flow, index) => (
        <Flow key={flow.name} {...flow} current={current} searching={wanted !== ''} first={index === 0} />
      ))}
      {!found.length && <p className="exgo-hint">{operations.length ? texts.noMatch : texts.noOperations}</p>}
      <Remembered />
    </section>
  );
}
