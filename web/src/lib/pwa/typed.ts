const touched = new WeakSet<EventTarget>();
let listening = false;

/** Remembers what is typed into, so that nobody is asked to throw it away unknowingly. */
export function listenForTyping() {
	if (listening) return;
	listening = true;
	document.addEventListener('input', ({ target }) => target && touched.add(target), { capture: true });
}

/** Whether something stands on the page that was typed and not yet sent. What only filters a list is in the address. */
export function isTyping(): boolean {
	const fields = document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(
		'input, textarea, [contenteditable]'
	);
	return Array.from(fields).some(
		(field) =>
			touched.has(field) && field.type !== 'search' && (field.value ?? field.textContent ?? '') !== ''
	);
}
