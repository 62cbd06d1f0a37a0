"use strict";

(() => {
  const link = document.getElementById("link");
  if (link) {
    link.submit();
    return;
  }

  const at = (id) => document.getElementById(id);
  const perPage = 100;
  const state = { page: 1, sort: "server", total: 0, rows: [], me: { domains: [], servers: [] } };
  /** What is wanted and not yet done, by address: {names, etag, from}; names is null for the default. */
  const wanted = new Map();

  /** An element; attributes whose value is false are left out. */
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else if (value !== false && value !== undefined) element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  };

  /** Asks the API; throws what a problem document says. */
  const ask = async (method, path, body, type = "application/json") => {
    const options = { method, headers: {} };
    if (body !== undefined) {
      options.headers["Content-Type"] = type;
      options.body = type === "application/json" ? JSON.stringify(body) : body;
    }
    let response;
    try {
      response = await fetch(path, options);
    } catch {
      throw new Error(method === "GET" ? "The server cannot be reached."
        : "The server cannot be reached: look at the names again before you repeat it.");
    }
    if (response.status === 401) {
      location.assign("/");
      throw new Error("You are signed out.");
    }
    const reply = await response.json().catch(() => ({}));
    if (!response.ok) {
      const failure = new Error(reply.detail || `The server says ${response.status}.`);
      failure.status = response.status;
      failure.errors = reply.errors || [];
      throw failure;
    }
    return reply;
  };

  const text = (names) => names.join(" ");
  const shown = (names) => (names.length ? text(names) : "no name");
  const words = (value) => value.trim().split(/\s+/).filter(Boolean);
  const withoutDot = (name) => name.replace(/\.$/, "");
  const isSame = (left, right) =>
    left.length === right.length &&
    left.every((name, i) => withoutDot(name).toLowerCase() === withoutDot(right[i]).toLowerCase());
  const counted = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "es"}`;

  const notify = (message, kind = "error") => {
    at("notice").replaceChildren(message ? make("p", { class: kind === "error" ? "error" : "" }, message) : "");
  };

  const origins = {
    edit: ["Changed", "edit-origin", "Somebody chose this name."],
    record: ["Set by your provider", "", "Your provider's records name this address."],
    default: ["Default", "", "The host name of the server."],
    lease: ["Assigned", "", "A server that hands out addresses named it."],
    range: ["Generated", "", "Made for every address of its range."],
    none: ["No name", "warn", "Nobody who looks this address up gets a name."],
    delegated: ["Named elsewhere", "", "Other nameservers name this address."],
    unavailable: ["Unavailable", "bad", "The zone of this address cannot be served at present."],
    elsewhere: ["Not served here", "", "No zone of this server has this address."],
  };
  const isFixed = (row) => ["delegated", "unavailable", "elsewhere"].includes(row.origin);

  const isDirty = (row) => wanted.has(row.address);

  /** Notes what the field of `row` says, if it differs from what is. */
  const note = (row, names) => {
    const isBack = names === null ? row.origin !== "edit" : isSame(names, row.names);
    if (isBack) wanted.delete(row.address);
    else wanted.set(row.address, { names, etag: row.etag, from: row.names });
    showPending();
  };

  const showPending = () => {
    at("pending").hidden = wanted.size === 0;
    at("pending-text").textContent = wanted.size
      ? `${counted(wanted.size, "address")} to be changed. Nothing changes until you press Update.` : "";
  };

  const nameCell = (row) => {
    const [label, kind, meaning] = origins[row.origin] || origins.none;
    const want = wanted.get(row.address);
    const badge = make("span", { class: `badge ${kind}`, title: meaning }, label);
    if (isFixed(row) || state.me.role === "read-only") {
      return make("td", {}, row.names.length ? text(row.names) : make("span", { class: "nothing" }, "no name"),
                  make("div", { class: "under" }, badge));
    }
    const field = make("input", {
      list: "names", spellcheck: "false", autocapitalize: "none", autocomplete: "off",
      "aria-label": `Reverse map name of ${row.address}`,
      placeholder: row.default || "no name",
    });
    field.value = want ? (want.names === null ? "" : text(want.names)) : text(row.names);
    field.addEventListener("focus", () => suggest(row));
    field.addEventListener("input", () => {
      const names = words(field.value);
      note(row, names.length ? names : null);
      field.closest("tr").classList.toggle("dirty", isDirty(row));
      field.removeAttribute("aria-invalid");
    });
    const restore = row.origin === "edit" && make("button", {
      type: "button", class: "quiet small", onclick: () => {
        field.value = "";
        note(row, null);
        field.closest("tr").classList.toggle("dirty", isDirty(row));
      },
      "aria-label": `Restore default of ${row.address}`,
    }, "Restore default");
    const history = make("button", {
      type: "button", class: "quiet small", onclick: () => showHistory(row.address),
      "aria-label": `History of ${row.address}`,
    }, "History");
    const standard = row.default && !isSame([row.default], row.names)
      ? make("span", {}, `Default: ${row.default}`) : null;
    const who = row.changed
      ? make("span", {}, `by ${row.changed.who || "somebody"}, ${new Date(row.changed.time).toLocaleDateString()}`) : null;
    return make("td", {}, field, make("div", { class: "under" }, badge, who, standard, restore || null, history));
  };

  const rowOf = (row) => make("tr", { class: isDirty(row) ? "dirty" : "", "data-address": row.address },
    make("th", { scope: "row" }, row.server || ""),
    make("td", {}, row.hostname || ""),
    make("td", { class: "address" }, row.address, row.prefix ? make("div", { class: "under" }, `in ${row.prefix}`) : null),
    make("td", {}, row.primary ? "Yes" : "No"),
    nameCell(row));

  /** Offers names for `row`: the default, and the account's domains. */
  const suggest = (row) => {
    const names = new Set();
    if (row.default) names.add(row.default);
    for (const domain of state.me.domains) {
      if (row.server) names.add(`${row.server.toLowerCase()}.${domain}`);
      names.add(`mail.${domain}`);
      names.add(domain);
    }
    at("names").replaceChildren(...[...names].map((name) => make("option", { value: name })));
  };

  let loading = 0;
  const load = async () => {
    const turn = ++loading;
    const query = new URLSearchParams({ page: state.page, per_page: perPage, sort: state.sort });
    if (at("search").value.trim()) query.set("q", at("search").value.trim());
    if (at("server").value) query.set("server", at("server").value);
    if (at("edited").checked) query.set("edited", "true");
    let reply;
    try {
      reply = await ask("GET", `/api/v1/addresses?${query}`);
    } catch (failure) {
      notify(failure.message);
      return;
    }
    if (turn !== loading) return;
    const pages = Math.max(1, Math.ceil(reply.total / perPage));
    if (state.page > pages) {
      state.page = pages;
      load();
      return;
    }
    state.total = reply.total;
    state.rows = reply.addresses;
    at("rows").replaceChildren(...state.rows.map(rowOf));
    if (!state.rows.length) {
      at("rows").append(make("tr", {}, make("td", { colspan: 5, class: "nothing" }, "No address matches.")));
    }
    at("count").textContent = counted(reply.total, "address");
    const go = (page, label) => make("button", {
      type: "button", class: "quiet small", disabled: page < 1 || page > pages, onclick: () => {
        state.page = page;
        load();
      },
    }, label);
    at("pager").replaceChildren(go(state.page - 1, "Previous"), make("span", {}, `Page ${state.page} of ${pages}`),
                                go(state.page + 1, "Next"));
    for (const head of document.querySelectorAll("th[data-sort]")) {
      const order = state.sort === head.dataset.sort ? "ascending"
        : state.sort === `-${head.dataset.sort}` ? "descending" : "none";
      head.setAttribute("aria-sort", order);
    }
  };

  const dialog = at("dialog");
  let opener = null;
  let atClose = null;
  const open = (title, ...content) => {
    if (atClose) atClose();
    atClose = null;
    at("dialog-title").textContent = title;
    at("dialog-body").replaceChildren(...content.filter(Boolean));
    if (!dialog.open) {
      opener = document.activeElement;
      dialog.showModal();
    }
    at("dialog-title").focus();
  };
  const close = () => dialog.close();
  dialog.addEventListener("close", () => {
    if (atClose) atClose();
    atClose = null;
    if (opener && opener.isConnected) opener.focus();
  });
  at("dialog-close").addEventListener("click", close);

  const previewTable = (rows) => make("table", {},
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "IP Address"), make("th", { scope: "col" }, "From"),
                           make("th", { scope: "col" }, "To"))),
    make("tbody", {}, ...rows.map((row) => make("tr", {},
      make("th", { scope: "row" }, row.address),
      make("td", {}, row.from ? shown(row.from) : wanted.has(row.address) ? shown(wanted.get(row.address).from) : ""),
      make("td", {}, row.error ? make("span", { class: "field-error" }, row.error) : shown(row.to || []))))));

  /** Shows what `body` would do, and does it when that is confirmed. */
  const preview = async (path, body, type, done) => {
    let reply;
    try {
      reply = await ask("POST", `${path}?dry_run=true`, body, type);
    } catch (failure) {
      open("This cannot be done", make("p", { class: "error" }, failure.message),
           make("div", { class: "actions" }, make("button", { type: "button", class: "quiet", onclick: close }, "Back")));
      return;
    }
    const wrong = reply.changes.filter((row) => row.error);
    const changing = reply.changes.filter((row) => !row.error && row.changes);
    for (const row of wrong) {
      const field = document.querySelector(`tr[data-address="${CSS.escape(row.address)}"] input`);
      if (field) field.setAttribute("aria-invalid", "true");
    }
    const confirm = make("button", { type: "button", class: "primary", disabled: !reply.possible || !changing.length },
      `Update ${counted(changing.length, "address")}`);
    confirm.addEventListener("click", async () => {
      confirm.disabled = true;
      confirm.textContent = "Updating…";
      try {
        const made = await ask("POST", path, body, type);
        done();
        await load();
        showReceipt(made.change);
      } catch (failure) {
        open(failure.status ? "Nothing was changed" : "The server did not answer", make("p", { class: "error" }, failure.message),
             failure.errors && failure.errors.length ? previewTable(failure.errors.map((row) => ({
               address: row.address, error: row.detail }))) : null,
             make("div", { class: "actions" }, make("button", { type: "button", class: "quiet", onclick: close }, "Back")));
      }
    });
    open("Check your changes",
         wrong.length ? make("p", { class: "error" }, `${counted(wrong.length, "address")} cannot be changed so. ` +
                             "Mend what is marked; all changes are made together, or none.") : null,
         !wrong.length && !changing.length ? make("p", {}, "All of this is so already.") : null,
         previewTable([...wrong, ...changing].slice(0, 500)),
         wrong.length + changing.length > 500 ? make("p", {}, "Only the first 500 are shown.") : null,
         make("div", { class: "actions" },
              make("button", { type: "button", class: "quiet", onclick: close }, "Back"), confirm));
  };

  const update = () => preview("/api/v1/changes", {
    changes: [...wanted].map(([address, want]) => ({ address, names: want.names, etag: want.etag })),
  }, "application/json", () => {
    wanted.clear();
    showPending();
  });

  const forwardHints = {
    confirmed: ["good", "leads back to the address"],
    different: ["warn", "leads to another address: mail may be refused until its A or AAAA record is set"],
    missing: ["warn", "has no address: mail may be refused until its A or AAAA record is set"],
    unknown: ["", "could not be looked up"],
  };

  const step = (what, kind, label, detail) => make("li", {}, make("span", { class: "what" }, what),
    make("span", { class: `badge ${kind}` }, label), make("span", { class: "detail" }, detail || ""));

  const time = (value) => new Date(value).toLocaleTimeString();
  const seconds = (value) => (value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(1)} s`);

  const receiptSteps = (receipt) => [
    step("Stored", "good", "Done", `change ${receipt.change}, ${time(receipt.time)}`),
    step("Served here", "good", "Done", "every query is answered with it" +
         (receipt.served_at ? `, ${seconds(Math.max(0, new Date(receipt.served_at) - new Date(receipt.time)) / 1000)} later` : "")),
    ...receipt.nameservers.map((seen) => (seen.seen
      ? step(seen.nameserver, "good", "Served", `after ${seconds(seen.seconds)}` +
             (seen.names ? `: ${shown(seen.names)}` : ""))
      : step(seen.nameserver, "waiting", "Waiting", "does not have it yet"))),
  ];

  /** Follows a change until every nameserver has it, as long as the dialog is open. */
  const showReceipt = (number) => {
    const steps = make("ul", { class: "steps", "aria-live": "polite" }, step("Stored", "waiting", "Waiting"));
    const names = make("ul", { class: "steps" });
    const undo = make("button", { type: "button", class: "quiet" }, "Undo");
    undo.addEventListener("click", () => undoChange(number));
    let isOpen = true;
    const follow = async (pause) => {
      if (!isOpen) return;
      let receipt;
      try {
        receipt = await ask("GET", `/api/v1/changes/${number}`);
      } catch (failure) {
        if (!isOpen) return;
        steps.replaceChildren(step("Receipt", "bad", "Unknown", failure.message));
        return;
      }
      if (!isOpen) return;
      steps.replaceChildren(...receiptSteps(receipt));
      names.replaceChildren(...receipt.edits.slice(0, 50).map((edit) => {
        const [kind, hint] = forwardHints[edit.forward] || [];
        return make("li", {}, make("span", { class: "what address" }, edit.address),
          make("span", {}, `${shown(edit.from)} → ${shown(edit.to)}`),
          hint ? make("span", { class: `badge ${kind}`, "data-forward": edit.forward }, edit.forward) : null,
          hint ? make("span", { class: "detail" }, `${shown(edit.to)} ${hint}`) : null);
      }));
      const waits = receipt.nameservers.some((seen) => !seen.seen);
      at("dialog-title").textContent = waits ? "Updated, on its way" : "Updated";
      if (waits) setTimeout(() => follow(Math.min(pause * 1.5, 5000)), pause);
    };
    open("Updated", steps, make("h3", {}, "Names"), names,
         make("div", { class: "actions" }, undo,
              make("button", { type: "button", class: "primary", onclick: close }, "Done")));
    atClose = () => { isOpen = false; };
    follow(250);
  };

  const undoChange = async (number) => {
    try {
      const made = await ask("POST", `/api/v1/changes/${number}/undo`, {});
      await load();
      showReceipt(made.change);
    } catch (failure) {
      open("This cannot be undone", make("p", { class: "error" }, failure.message),
           make("div", { class: "actions" }, make("button", { type: "button", class: "quiet", onclick: close }, "Back")));
    }
  };

  const showHistory = async (address) => {
    try {
      const { history } = await ask("GET", `/api/v1/history?address=${encodeURIComponent(address)}`);
      const entries = history.map((entry) => make("li", {},
        make("span", { class: "what" }, new Date(entry.time).toLocaleString()),
        make("span", {}, `${shown(entry.from)} → ${shown(entry.to)}`),
        make("span", { class: "detail" }, `by ${entry.who || "somebody"}, change ${entry.change}` +
             (entry.undoes ? `, undoes ${entry.undoes}` : "")),
        state.me.role === "read-only" ? null : make("button", {
          type: "button", class: "quiet small", onclick: () => undoChange(entry.change),
          "aria-label": `Undo change ${entry.change}` }, "Undo")));
      open(`History of ${address}`,
           entries.length ? make("ul", { class: "steps" }, ...entries)
                          : make("p", {}, "The name of this address has never been changed."));
    } catch (failure) {
      notify(failure.message);
    }
  };

  const importTable = () => {
    const file = make("input", { type: "file", accept: ".csv,text/csv", id: "csv-file" });
    file.addEventListener("change", async () => {
      if (!file.files.length) return;
      preview("/api/v1/changes", await file.files[0].text(), "text/csv", () => {});
    });
    open("Import CSV",
         make("p", {}, "A table whose first line names the columns address and name, such as the one that Export CSV " +
              "gives. Where the name is empty, the default is restored. You see what would change before it does."),
         make("label", { for: "csv-file" }, "File"), file);
  };

  const addAddress = () => {
    const address = make("input", { id: "new-address", required: true, spellcheck: "false", autocomplete: "off" });
    const name = make("input", { id: "new-name", required: true, list: "names", spellcheck: "false", autocomplete: "off" });
    suggest({});
    const form = make("form", {},
      make("label", { for: "new-address" }, "IPv6 address"), address,
      make("label", { for: "new-name" }, "Reverse map name"), name,
      make("div", { class: "actions" },
           make("button", { type: "button", class: "quiet", onclick: close }, "Back"),
           make("button", { class: "primary" }, "Check")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      preview("/api/v1/changes", { changes: [{ address: address.value.trim(), names: words(name.value) }] },
              "application/json", () => {});
    });
    open("Name an IPv6 address", make("p", {}, "Any address in a prefix of one of your servers."), form);
  };

  const start = async () => {
    document.body.classList.add("scripted");
    for (const head of document.querySelectorAll("th[data-sort]")) {
      const label = head.textContent;
      head.replaceChildren(make("button", { type: "button", onclick: () => {
        const key = head.dataset.sort;
        state.sort = state.sort === key ? `-${key}` : key;
        state.page = 1;
        load();
      } }, label));
    }
    let pause;
    const restart = () => {
      state.page = 1;
      load();
    };
    at("search").addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(restart, 200);
    });
    at("server").addEventListener("change", restart);
    at("edited").addEventListener("change", restart);
    at("tools").addEventListener("submit", (event) => {
      event.preventDefault();
      restart();
    });
    at("changes").addEventListener("submit", (event) => {
      event.preventDefault();
      if (wanted.size) update();
    });
    at("discard").addEventListener("click", () => {
      wanted.clear();
      showPending();
      load();
    });
    at("import").addEventListener("click", importTable);
    at("add").addEventListener("click", addAddress);
    window.addEventListener("beforeunload", (event) => {
      if (wanted.size) event.preventDefault();
    });
    try {
      state.me = await ask("GET", "/api/v1/me");
    } catch (failure) {
      notify(failure.message);
      return;
    }
    at("who").textContent = state.me.account ? `${state.me.account}` : state.me.who;
    for (const server of state.me.servers) at("server").append(make("option", { value: server }, server));
    at("add").hidden = !state.me.has_prefixes || state.me.role === "read-only";
    at("import").hidden = state.me.role === "read-only";
    await load();
  };
  start();
})();
