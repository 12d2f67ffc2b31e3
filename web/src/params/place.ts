import { isPlace } from '$lib/school/places';

export const match = isPlace;
