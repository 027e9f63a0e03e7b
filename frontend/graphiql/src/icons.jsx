// Drawn in the manner of GraphiQL's own icons: 24 units, one stroke of 1.5, the colour of the text.
function Icon({ children, ...props }) {
  return (
    <svg viewBox="0 0 24 24" height="1em" fill="none" stroke="currentColor" strokeWidth="1.5" {...props}>
      {children}
    </svg>
  );
}

export const AccountIcon = (props) => (
  <Icon {...props}>
    <circle cx="12" cy="8" r="4.25" />
    <path d="M3.5 21c.6-4.4 4-7 8.5-7s7.9 2.6 8.5 7" />
  </Icon>
);

export const OperationsIcon = (props) => (
  <Icon {...props}>
    <path d="M9.5 5.5H22M9.5 12H22M9.5 18.5H22" />
    <path d="m1.5 5.5 1.800 1.800L6.5 3.600" />
    <circle cx="4" cy="12" r="1.5" />
    <circle cx="4" cy="18.5" r="1.5" />
  </Icon>
);

export const GaugeIcon = (props) => (
  <Icon {...props}>
    <path d="M4.2 19.5a10 10 0 1 1 15.6 0" />
    <path d="m12 14.5 4.5-5.5" />
    <circle cx="12" cy="14.5" r="1.5" />
  </Icon>
);

export const TickIcon = (props) => (
  <Icon strokeWidth="2.5" {...props}>
    <path d="m4.5 12.5 5 5 10-11" />
  </Icon>
);

export const RefusedIcon = (props) => (
  <Icon strokeWidth="2.5" {...props}>
    <path d="M12 4.5v9M12 17.5v2.5" />
  </Icon>
);

export const ArrowIcon = (props) => (
  <Icon strokeWidth="2" {...props}>
    <path d="M4 12h15M13 5.5l6.5 6.5-6.5 6.5" />
  </Icon>
);
