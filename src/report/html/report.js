// SPDX-License-Identifier: GPL-2.0-or-later
// Tables that sort and filter, raw data that downloads. Without it the page is the same, but still.
"use strict";
(() => {
	const ROWS_TO_FILTER = 15;

	// what a cell is sorted by: its figure; what has none comes last either way
	const key = (row, column) => {
		const cell = row.cells[column];
		return cell.dataset.v === undefined ? cell.textContent : Number(cell.dataset.v);
	};
	const compare = (a, b) => {
		if (typeof a === "number" && typeof b === "number")
			return a - b;
		return String(a).localeCompare(String(b), "en", { numeric: true });
	};
	const sort = (table, head, column) => {
		const down = head.getAttribute("aria-sort") === "ascending";
		const body = table.tBodies[0];
		const figures = head.classList.contains("number");
		const rows = [...body.rows].map((row) => ({ row, key: key(row, column) }));
		const missing = (r) => (figures ? typeof r.key !== "number" : r.key === "");

		rows.sort((a, b) => {
			if (missing(a) || missing(b))
				return missing(a) - missing(b);
			return down ? compare(b.key, a.key) : compare(a.key, b.key);
		});
		for (const other of table.tHead.rows[0].cells)
			other.removeAttribute("aria-sort");
		head.setAttribute("aria-sort", down ? "descending" : "ascending");
		body.append(...rows.map((r) => r.row));
	};
	const sortable = (table) => {
		[...table.tHead.rows[0].cells].forEach((head, column) => {
			const button = document.createElement("button");
			button.type = "button";
			button.textContent = head.textContent;
			button.title = "sort";
			button.addEventListener("click", () => sort(table, head, column));
			head.replaceChildren(button);
		});
	};
	const filterable = (table) => {
		const rows = [...table.tBodies[0].rows];
		if (rows.length < ROWS_TO_FILTER)
			return;
		const input = document.createElement("input");
		input.type = "search";
		input.placeholder = `Filter ${rows.length} rows`;
		input.setAttribute("aria-label", input.placeholder);
		input.addEventListener("input", () => {
			const words = input.value.toLowerCase().split(/\s+/);
			for (const row of rows) {
				const text = row.textContent.toLowerCase();
				row.hidden = !words.every((word) => text.includes(word));
			}
		});
		table.parentElement.before(input);
	};
	// says that there is more, and can be scrolled by keys, as long as it is so
	const watched = (box) => {
		const hint = box.previousElementSibling;
		const watch = new ResizeObserver(() => {
			const more = box.scrollWidth > box.clientWidth;

			hint.classList.toggle("more", more);
			if (more)
				box.tabIndex = 0;
			else
				box.removeAttribute("tabindex");
		});

		watch.observe(box);
		watch.observe(box.firstElementChild);
	};
	const downloadable = (button) => {
		button.hidden = false;
		button.addEventListener("click", () => {
			const text = document.getElementById(button.dataset.raw).textContent.trim() + "\n";
			const link = document.createElement("a");
			link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
			link.download = button.dataset.file;
			link.click();
			setTimeout(() => URL.revokeObjectURL(link.href), 10000);
		});
	};

	document.querySelectorAll("div.scroll").forEach(watched);
	document.querySelectorAll("table.sortable").forEach(sortable);
	document.querySelectorAll("table.sortable").forEach(filterable);
	document.querySelectorAll("button.get").forEach(downloadable);
})();
