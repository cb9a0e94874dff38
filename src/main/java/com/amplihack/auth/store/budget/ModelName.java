package com.amplihack.auth.store.budget;

/** The name of a model as usage is counted by: short and printable, since it comes from the client. */
public final class ModelName {
    /** Stands for models with other names, and for calls that name none. */
    public static final String OTHER = "other";

    private static final int LONGEST = 64;

    private ModelName() {}

    /** The name itself, if it has 1 to 64 characters of ASCII without spaces; else {@value #OTHER}. */
    public static String of(String requested) {
        boolean plain = !requested.isEmpty()
                && requested.length() <= LONGEST
                && requested.chars().allMatch(c -> c > ' ' && c <= '~');
        return plain ? requested : OTHER;
    }
}
