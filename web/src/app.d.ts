import type { Problem } from '$lib/api/problem';

declare global {
	namespace App {
		interface Error {
			message: string;
			/** What the server said, kept for the error page. */
			problem?: Pick<Problem, 'status' | 'code' | 'title' | 'detail' | 'requestId'>;
		}
	}
}
