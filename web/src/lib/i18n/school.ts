import { catalogue } from './index.svelte';
import vi from './vi/school';

export const t = catalogue('school', vi);
