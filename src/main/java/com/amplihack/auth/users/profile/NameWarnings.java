package com.amplihack.auth.users.profile;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Tells administrators of names that can be taken for other ones: those that mix scripts beyond Unicode's "highly
 * restrictive" level, and those that look like Latin ones and are not (Unicode Technical Standard 39, sections 5.2 and 4).
 */
public final class NameWarnings {
    /** The name has letters of several scripts that are not written together. */
    public static final String MIXED_SCRIPTS = "mixed_scripts";

    /** Every letter of the name looks like a Latin one, and they are Cyrillic, Greek or Armenian. */
    public static final String LATIN_LOOKALIKE = "latin_lookalike";

    /** Scripts that are written together in Japanese, Chinese and Korean; Latin may stand beside. */
    private static final List<Set<UnicodeScript>> TOGETHER = List.of(
            EnumSet.of(UnicodeScript.LATIN, UnicodeScript.HAN, UnicodeScript.HIRAGANA, UnicodeScript.KATAKANA),
            EnumSet.of(UnicodeScript.LATIN, UnicodeScript.HAN, UnicodeScript.BOPOMOFO),
            EnumSet.of(UnicodeScript.LATIN, UnicodeScript.HAN, UnicodeScript.HANGUL));

    private static final Set<UnicodeScript> LOOKALIKES =
            EnumSet.of(UnicodeScript.CYRILLIC, UnicodeScript.GREEK, UnicodeScript.ARMENIAN);

    /** Letters that look like a letter from a to z or an accented one, in the usual fonts. */
    private static final String LATIN_SHAPES =
            "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d\u04cf\u04af\u0454\u0457\u0451"
                    + "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0408\u0405\u04c0\u04ae"
                    + "\u03b1\u03bf\u03bd\u03c1\u03c5\u03b9\u03ba\u03c7\u03b3"
                    + "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7"
                    + "\u0561\u0570\u0578\u0585\u057d\u0581\u0566\u0578\u054d\u0555";

    private NameWarnings() {}

    /** The warnings about a name; mostly none. */
    public static List<String> of(String username) {
        Set<UnicodeScript> scripts = scripts(username);
        List<String> warnings = new ArrayList<>();
        if (scripts.size() > 1 && TOGETHER.stream().noneMatch(set -> set.containsAll(scripts))) {
            warnings.add(MIXED_SCRIPTS);
        } else if (LOOKALIKES.containsAll(scripts) && !scripts.isEmpty() && looksLatin(username)) {
            warnings.add(LATIN_LOOKALIKE);
        }
        return List.copyOf(warnings);
    }

    /** Without those of marks, digits and signs, which belong to no script or to several. */
    private static Set<UnicodeScript> scripts(String username) {
        Set<UnicodeScript> scripts = EnumSet.noneOf(UnicodeScript.class);
        username.codePoints().mapToObj(UnicodeScript::of).forEach(scripts::add);
        scripts.removeAll(EnumSet.of(UnicodeScript.COMMON, UnicodeScript.INHERITED));
        return scripts;
    }

    private static boolean looksLatin(String username) {
        return Normalizer.normalize(username, Normalizer.Form.NFD)
                .codePoints()
                .filter(Character::isLetter)
                .allMatch(letter -> LATIN_SHAPES.indexOf(letter) >= 0);
    }
}
