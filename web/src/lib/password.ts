export interface PasswordRules {
	length: boolean;
	varied: boolean;
	login: boolean;
}

const shortest = 10;

/** A run such as 1234567890 or edcba, or one character again and again, over the whole text. */
function isRun(text: string): boolean {
	if (text.length < 3) return false;
	const steps = new Set<number>();
	for (let i = 1; i < text.length; i++) {
		const step = text.charCodeAt(i) - text.charCodeAt(i - 1);
		// After 9 comes 0.
		steps.add(/^\d\d$/.test(text.slice(i - 1, i + 1)) ? ((step + 15) % 10) - 5 : step);
	}
	const [only] = steps;
	return steps.size === 1 && only !== undefined && Math.abs(only) <= 1;
}

/** What can be judged here; the server also refuses passwords known to be common. */
export function passwordRules(password: string, login: string): PasswordRules {
	const lower = password.toLowerCase();
	const name = login.trim().toLowerCase();
	return {
		length: [...password].length >= shortest,
		varied: password.length > 0 && !isRun(lower),
		login: password.length > 0 && (name.length < 3 || !lower.includes(name))
	};
}

export const passwordGood = (password: string, login: string) =>
	Object.values(passwordRules(password, login)).every(Boolean);

/** The server takes capital letters for small ones. */
export const loginGood = (login: string) => /^[a-z0-9._@+-]{3,64}$/i.test(login.trim());
