/**
 * `src/styles.css` of the generated frontend. Whole although it is long: one stylesheet, in the order in which a reader of the
 * page meets things, and nothing in it but rules. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/* Every colour is named here, for light and for dark; <html data-theme> chooses. Text has a contrast of at least 4.5:1. */
:root {
  color-scheme: light;
  --ground: light-dark(#f6f7f9, #12151c);
  --surface: light-dark(#ffffff, #1a1f29);
  --sunken: light-dark(#eef0f4, #222835);
  --line: light-dark(#dfe3ea, #2f3746);
  --control-line: light-dark(#858d9d, #727d93);
  --text: light-dark(#1c2230, #e6e9f0);
  --quiet: light-dark(#566074, #a3adc0);
  --accent: light-dark(#2f55c7, #8fa9ff);
  --accent-hover: light-dark(#2444a6, #adc0ff);
  --on-accent: light-dark(#ffffff, #101623);
  --accent-soft: light-dark(#e7ecfb, #232d4a);
  --danger: light-dark(#b3261e, #ff9d94);
  --danger-hover: light-dark(#8f1d17, #ffb8b1);
  --on-danger: light-dark(#ffffff, #2b0f0d);
  --danger-soft: light-dark(#fcebe9, #3b2022);
  --good: light-dark(#1d6b3f, #7fd6a4);
  --good-soft: light-dark(#e6f4ec, #17302a);
  --shade: light-dark(rgb(20 27 45 / 6%), rgb(0 0 0 / 30%));
  --shadow: 0 1px 2px var(--shade), 0 4px 16px var(--shade);
  --radius: 8px;
}

:root[data-theme="dark"] {
  color-scheme: dark;
}

:root[data-theme="auto"] {
  color-scheme: light dark;
}

*,
*::before,
*::after {
  box-sizing: border-box;
}

body {
  margin: 0;
  background: var(--ground);
  color: var(--text);
  font:
    1rem/1.5 system-ui,
    -apple-system,
    "Segoe UI",
    Roboto,
    "Noto Sans",
    sans-serif;
}

h1,
h2 {
  margin: 0;
  line-height: 1.25;
  letter-spacing: -0.01em;
  overflow-wrap: anywhere;
}

h1 {
  font-size: 1.6rem;
}

h2 {
  font-size: 1.1rem;
}

p {
  margin: 0;
}

ul {
  margin: 0;
  padding: 0;
  list-style: none;
}

a {
  color: var(--accent);
  text-underline-offset: 0.2em;
}

:focus-visible {
  outline: 2px solid var(--accent);
  outline-offset: 2px;
}

main:focus {
  outline: none;
}

[hidden] {
  display: none;
}

.visually-hidden {
  position: absolute;
  width: 1px;
  height: 1px;
  margin: -1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}

.quiet {
  color: var(--quiet);
}

/* Frame */

.skip-link {
  position: fixed;
  top: 0.5rem;
  left: 0.5rem;
  z-index: 10;
  padding: 0.5rem 1rem;
  border-radius: var(--radius);
  background: var(--accent);
  color: var(--on-accent);
  transform: translateY(-200%);
}

.skip-link:focus {
  transform: none;
}

.layout {
  display: grid;
  grid-template-columns: 15rem minmax(0, 1fr);
  min-height: 100vh;
}

.sidebar {
  position: sticky;
  top: 0;
  display: flex;
  flex-direction: column;
  height: 100vh;
  border-right: 1px solid var(--line);
  background: var(--surface);
}

.sidebar-head {
  display: flex;
  align-items: center;
  justify-content: space-between;
  gap: 1rem;
  padding: 1.25rem 1.25rem 0.75rem;
}

.sidebar-body {
  display: flex;
  flex: 1;
  flex-direction: column;
  min-height: 0;
}

.brand {
  color: var(--text);
  font-size: 1.1rem;
  font-weight: 700;
  letter-spacing: -0.01em;
  text-decoration: none;
  overflow-wrap: anywhere;
}

.menu-button {
  display: none;
}

.sidebar nav {
  flex: 1;
  padding: 0.25rem 0.75rem 1rem;
  overflow-y: auto;
}

.sidebar nav ul + ul,
.sidebar nav .nav-filter {
  margin-top: 0.75rem;
}

.sidebar nav .nav-filter + ul {
  margin-top: 0.5rem;
}

.sidebar nav a {
  display: block;
  padding: 0.4rem 0.5rem;
  border-radius: 6px;
  color: var(--text);
  text-decoration: none;
  overflow-wrap: anywhere;
}

.sidebar nav a:hover {
  background: var(--sunken);
}

.sidebar nav a:focus-visible {
  outline-offset: -2px;
}

.sidebar nav a[aria-current="page"] {
  background: var(--accent-soft);
  color: var(--accent);
  font-weight: 600;
}

.account {
  display: flex;
  flex-direction: column;
  align-items: flex-start;
  gap: 0.5rem;
  padding: 0.75rem 1.25rem 1.25rem;
  border-top: 1px solid var(--line);
  font-size: 0.9rem;
}

.account-email {
  color: var(--quiet);
  overflow-wrap: anywhere;
}

.content {
  width: 100%;
  max-width: 84rem;
  padding: 2rem clamp(1rem, 3.5vw, 3rem) 4rem;
}

.standalone {
  width: min(26rem, 100% - 2rem);
  margin: 12vh auto 2rem;
}

main.standalone {
  display: grid;
  gap: 1rem;
  padding: 2rem;
  border: 1px solid var(--line);
  border-radius: calc(var(--radius) * 1.5);
  background: var(--surface);
  box-shadow: var(--shadow);
}

main.standalone form {
  display: grid;
  gap: 1.1rem;
}

main.standalone .page-head {
  margin: 0;
}

main.standalone .actions button {
  flex: 1;
}

main.standalone .brand {
  color: var(--quiet);
  font-size: 0.95rem;
}

.page-head {
  display: flex;
  flex-wrap: wrap;
  align-items: flex-start;
  justify-content: space-between;
  gap: 0.75rem 2rem;
  margin-bottom: 1.25rem;
}

.page-head > :first-child {
  flex: 1 1 20rem;
  min-width: 0;
  overflow-wrap: anywhere;
}

.page-head p {
  max-width: 44rem;
  margin-top: 0.25rem;
  white-space: pre-line;
}

.back {
  margin-bottom: 0.75rem;
  font-size: 0.9rem;
}

.actions {
  display: flex;
  flex-wrap: wrap;
  gap: 0.5rem;
}

/* Controls */

button,
.button {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  min-height: 2.35rem;
  padding: 0.35rem 0.9rem;
  border: 1px solid var(--control-line);
  border-radius: 6px;
  background: var(--surface);
  color: var(--text);
  font: inherit;
  font-size: 0.95rem;
  font-weight: 500;
  text-decoration: none;
  cursor: pointer;
}

button:hover,
.button:hover {
  background: var(--sunken);
}

button[aria-disabled="true"],
button:disabled {
  border-color: var(--line);
  background: none;
  color: var(--quiet);
  cursor: not-allowed;
}

.primary {
  border-color: var(--accent);
  background: var(--accent);
  color: var(--on-accent);
}

.primary:hover {
  border-color: var(--accent-hover);
  background: var(--accent-hover);
}

.danger {
  border-color: var(--danger);
  background: var(--danger);
  color: var(--on-danger);
}

.danger:hover {
  border-color: var(--danger-hover);
  background: var(--danger-hover);
}

input,
select,
textarea {
  width: 100%;
  min-height: 2.35rem;
  padding: 0.35rem 0.65rem;
  border: 1px solid var(--control-line);
  border-radius: 6px;
  background: var(--surface);
  color: var(--text);
  font: inherit;
  font-size: 0.95rem;
}

textarea {
  line-height: 1.5;
  resize: vertical;
}

select {
  text-overflow: ellipsis;
}

input:hover,
select:hover,
textarea:hover {
  border-color: var(--quiet);
}

input[type="checkbox"] {
  width: 1.15rem;
  min-height: 1.15rem;
  height: 1.15rem;
  margin: 0;
  accent-color: var(--accent);
}

::placeholder {
  color: var(--quiet);
  opacity: 1;
}

[aria-invalid="true"],
[aria-invalid="true"]:hover {
  border-color: var(--danger);
  box-shadow: 0 0 0 1px var(--danger);
}

/* Messages */

.alert,
.notice:not(:empty) {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  justify-content: space-between;
  gap: 0.75rem;
  margin-bottom: 1rem;
  padding: 0.65rem 1rem;
  border-left: 4px solid var(--danger);
  border-radius: 6px;
  background: var(--danger-soft);
  color: var(--danger);
  overflow-wrap: anywhere;
}

.notice:not(:empty) {
  border-left-color: var(--good);
  background: var(--good-soft);
  color: var(--good);
}

.alert button {
  min-height: 2rem;
}

.conflict {
  display: grid;
  justify-content: stretch;
}

.conflict dl {
  display: grid;
  gap: 0.5rem;
  margin: 0;
}

.conflict dt {
  font-weight: 600;
}

.conflict dd {
  margin: 0;
}

/* Above every page, and above none of its controls for longer than wanted: each can be dismissed. */
.notices {
  position: fixed;
  right: 1rem;
  bottom: 1rem;
  z-index: 5;
  display: grid;
  gap: 0.5rem;
  width: min(24rem, 100% - 2rem);
}

.toast {
  display: flex;
  align-items: flex-start;
  gap: 0.75rem;
  padding: 0.75rem 1rem;
  border: 1px solid var(--line);
  border-left: 4px solid var(--good);
  border-radius: 6px;
  background: var(--surface);
  box-shadow: var(--shadow);
  overflow-wrap: anywhere;
}

.toast.failed {
  border-left-color: var(--danger);
}

.toast p {
  flex: 1;
}

.toast button {
  min-height: 0;
  padding: 0 0.4rem;
  border: 0;
  background: none;
}

.long-text {
  display: grid;
  justify-items: start;
  gap: 0.4rem;
}

.empty {
  display: grid;
  justify-items: center;
  gap: 0.5rem;
  padding: 4rem 1rem;
  border: 1px dashed var(--line);
  border-radius: var(--radius);
  color: var(--quiet);
  text-align: center;
}

/* Lists */

.toolbar {
  display: flex;
  flex-wrap: wrap;
  gap: 0.5rem;
  margin-bottom: 1rem;
}

.search {
  display: flex;
  flex: 1 1 18rem;
  gap: 0.5rem;
  max-width: 28rem;
}

.filter-panel {
  margin-bottom: 1rem;
  padding: 1.25rem;
  border: 1px solid var(--line);
  border-radius: var(--radius);
  background: var(--surface);
}

.filter-fields {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr));
  gap: 1.1rem 1rem;
  margin-bottom: 1.25rem;
}

.table-frame {
  border: 1px solid var(--line);
  border-radius: var(--radius);
  background: var(--surface);
  box-shadow: var(--shadow);
  /* Wide tables scroll in here, and take what is hidden in them along. */
  position: relative;
  overflow-x: auto;
}

table {
  width: 100%;
  border-collapse: collapse;
  font-size: 0.95rem;
}

th,
td {
  padding: 0.6rem 0.9rem;
  border-bottom: 1px solid var(--line);
  text-align: left;
  vertical-align: top;
}

tbody tr:last-child td {
  border-bottom: 0;
}

tbody tr:hover td {
  background: color-mix(in srgb, var(--sunken) 50%, var(--surface));
}

td {
  max-width: 24rem;
  overflow-wrap: break-word;
}

td[data-type="string"],
td[data-type="text"],
td[data-type="reference"] {
  min-width: 8rem;
}

.excerpt {
  display: -webkit-box;
  overflow: hidden;
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 2;
  line-clamp: 2;
}

td[data-type="integer"],
td[data-type="number"],
th[data-type="integer"],
th[data-type="number"] {
  text-align: right;
  font-variant-numeric: tabular-nums;
}

td[data-type="date"] {
  white-space: nowrap;
}

th {
  background: var(--sunken);
  color: var(--quiet);
  font-size: 0.85rem;
  font-weight: 600;
  white-space: nowrap;
}

th button {
  min-height: 0;
  margin: -0.35rem -0.5rem;
  padding: 0.35rem 0.5rem;
  border: 0;
  background: none;
  color: inherit;
  font-size: inherit;
  font-weight: inherit;
}

th button:hover,
th[aria-sort] button {
  color: var(--text);
}

.sort-mark {
  margin-left: 0.4rem;
  font-size: 0.75em;
  opacity: 0.7;
}

.row-actions {
  position: sticky;
  right: 0;
  width: 1%;
  background: var(--surface);
  white-space: nowrap;
  text-align: right;
}

/* What scrolls, scrolls beneath these. */
.row-actions::before {
  position: absolute;
  inset: 0 100% 0 auto;
  width: 0.5rem;
  background: linear-gradient(to left, var(--shade), transparent);
  content: "";
  pointer-events: none;
}

th.row-actions {
  background: var(--sunken);
}

.row-actions a,
.row-actions button {
  display: inline-flex;
  min-height: 1.75rem;
  margin: -0.2rem 0;
  padding: 0.1rem 0.5rem;
  border: 0;
  border-radius: 6px;
  background: none;
  color: var(--accent);
  font-size: 0.9rem;
  font-weight: 500;
  text-decoration: none;
}

.row-actions button {
  color: var(--danger);
}

.row-actions a:hover {
  background: var(--accent-soft);
}

.row-actions button:hover {
  background: var(--danger-soft);
}

.tag {
  display: inline-block;
  padding: 0 0.55rem;
  border-radius: 999px;
  background: var(--sunken);
  font-size: 0.85rem;
}

.changes strong {
  font-weight: 600;
}

.changes li {
  max-width: 36rem;
  overflow-wrap: anywhere;
}

summary {
  color: var(--accent);
  cursor: pointer;
}

details[open] summary {
  margin-bottom: 0.35rem;
}

.pagination {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.75rem;
  margin-top: 1rem;
  font-size: 0.95rem;
}

.page-size {
  display: flex;
  align-items: center;
  gap: 0.5rem;
  margin-left: auto;
}

.page-size select {
  width: auto;
}

/* Forms */

.entity-form {
  display: grid;
  grid-template-columns: repeat(2, minmax(0, 1fr));
  gap: 1.1rem 1.25rem;
  max-width: 46rem;
  padding: 1.5rem;
  border: 1px solid var(--line);
  border-radius: var(--radius);
  background: var(--surface);
  box-shadow: var(--shadow);
}

/* Texts take the whole width; what is short stands in pairs. */
.entity-form > * {
  grid-column: 1 / -1;
}

form > .alert {
  margin: 0;
}

.entity-form > [data-type="integer"],
.entity-form > [data-type="number"],
.entity-form > [data-type="boolean"],
.entity-form > [data-type="date"],
.entity-form > [data-type="enum"],
.entity-form > [data-type="reference"] {
  grid-column: auto;
}

.entity-form > .quiet {
  font-size: 0.9rem;
}

.field {
  display: grid;
  align-content: start;
  gap: 0.3rem;
}

.field[data-type="boolean"] {
  grid-template-columns: auto 1fr;
  align-self: center;
  align-items: center;
  gap: 0.3rem 0.6rem;
}

.field[data-type="boolean"] input {
  grid-row: 1;
  grid-column: 1;
}

.field[data-type="boolean"] p {
  grid-column: 2;
}

label {
  font-size: 0.95rem;
  font-weight: 600;
  overflow-wrap: anywhere;
}

.page-size label,
.page-size {
  font-weight: 400;
}

label.required::after {
  color: var(--danger);
  content: " *";
}

.required-mark {
  color: var(--danger);
}

.hint {
  color: var(--quiet);
  font-size: 0.85rem;
  overflow-wrap: anywhere;
}

.field-error {
  color: var(--danger);
  font-size: 0.9rem;
  font-weight: 500;
}

.reference {
  display: grid;
  gap: 0.4rem;
}

.reference-pages {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.5rem;
  font-size: 0.85rem;
}

.reference-pages button {
  min-height: 1.9rem;
  padding: 0.1rem 0.6rem;
  font-size: 0.85rem;
}

dialog {
  width: min(28rem, 100% - 2rem);
  padding: 1.5rem;
  border: 1px solid var(--line);
  border-radius: calc(var(--radius) * 1.5);
  background: var(--surface);
  color: var(--text);
  box-shadow: var(--shadow);
  overflow-wrap: anywhere;
}

dialog::backdrop {
  background: rgb(10 14 24 / 55%);
}

dialog p {
  margin: 0.5rem 0 1.25rem;
}

dialog .alert p {
  margin: 0;
}

dialog .actions {
  justify-content: flex-end;
}

/* Dashboard */

.cards {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr));
  gap: 1rem;
}

.card {
  display: flex;
  flex-direction: column;
  gap: 0.75rem;
  padding: 1.25rem;
  border: 1px solid var(--line);
  border-radius: var(--radius);
  background: var(--surface);
  box-shadow: var(--shadow);
}

.card ul {
  flex: 1;
}

.card > .button {
  align-self: flex-start;
}

.card h2 a {
  color: inherit;
  text-decoration: none;
}

.card h2 a:hover {
  text-decoration: underline;
}

.card-head {
  display: flex;
  align-items: baseline;
  justify-content: space-between;
  gap: 1rem;
}

.count {
  font-size: 1.75rem;
  font-weight: 700;
  line-height: 1;
  font-variant-numeric: tabular-nums;
}

.card li {
  display: flex;
  justify-content: space-between;
  gap: 1rem;
  padding: 0.3rem 0;
  border-top: 1px solid var(--line);
  font-size: 0.95rem;
}

.card li a {
  min-width: 0;
  overflow: hidden;
  color: var(--text);
  text-decoration-color: var(--control-line);
  text-overflow: ellipsis;
  white-space: nowrap;
}

.card time {
  flex: none;
  font-size: 0.85rem;
}

@media (max-width: 48rem) {
  .layout {
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
  }

  .sidebar {
    position: static;
    height: auto;
    border-right: 0;
    border-bottom: 1px solid var(--line);
  }

  .sidebar-head {
    padding: 0.75rem 1rem;
  }

  .menu-button {
    display: inline-flex;
  }

  .sidebar:not([data-open="true"]) .sidebar-body {
    display: none;
  }

  .content {
    padding-top: 1.25rem;
  }

  .entity-form {
    grid-template-columns: minmax(0, 1fr);
  }

  .row-actions :is(a, button) {
    display: flex;
    justify-content: flex-end;
    width: 100%;
  }
}

@media (prefers-reduced-motion: no-preference) {
  .skip-link {
    transition: transform 120ms;
  }
}
`
