package com.amplihack.auth.store.embedded;

import com.amplihack.auth.store.embedded.Keyspace.CommandException;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.luaj.vm2.Globals;
import org.luaj.vm2.LoadState;
import org.luaj.vm2.LuaClosure;
import org.luaj.vm2.LuaError;
import org.luaj.vm2.LuaTable;
import org.luaj.vm2.LuaValue;
import org.luaj.vm2.Prototype;
import org.luaj.vm2.Varargs;
import org.luaj.vm2.compiler.LuaC;
import org.luaj.vm2.lib.BaseLib;
import org.luaj.vm2.lib.MathLib;
import org.luaj.vm2.lib.PackageLib;
import org.luaj.vm2.lib.StringLib;
import org.luaj.vm2.lib.TableLib;
import org.luaj.vm2.lib.TwoArgFunction;
import org.luaj.vm2.lib.VarArgFunction;

/**
 * Runs scripts as Redis does, on LuaJ: with {@code KEYS}, {@code ARGV}, {@code redis.call} and the few functions that
 * our scripts use, and without the rest of Lua, such as files and processes. Compiles each script once. Not
 * thread-safe.
 */
final class LuaInterpreter {
    private static final List<String> FUNCTIONS = List.of("ipairs", "tonumber");
    private static final Map<String, List<String>> LIBRARIES = Map.of(
            "math", List.of("ceil", "floor", "max", "min"),
            "string", List.of("sub"),
            "table", List.of("sort"));

    private final Keyspace keyspace;
    private final Globals globals = new Globals();
    private final LuaTable environment = new LuaTable();
    private final Map<String, Prototype> compiled = new HashMap<>();

    LuaInterpreter(Keyspace keyspace) {
        this.keyspace = keyspace;
        globals.load(new BaseLib());
        globals.load(new PackageLib());
        globals.load(new TableLib());
        globals.load(new StringLib());
        globals.load(new MathLib());
        LoadState.install(globals);
        LuaC.install(globals);

        FUNCTIONS.forEach(name -> environment.set(name, globals.get(name)));
        LIBRARIES.forEach((library, names) -> {
            LuaTable used = new LuaTable();
            names.forEach(name -> used.set(name, globals.get(library).get(name)));
            environment.set(library, used);
        });
        environment.set("unpack", globals.get("table").get("unpack")); // a global function in Lua 5.1
        environment.get("string").set("format", new Format());
        LuaTable redis = new LuaTable();
        redis.set("call", new Call(false));
        redis.set("pcall", new Call(true));
        environment.set("redis", redis);
    }

    /**
     * Runs a script.
     *
     * @return a String, a Long, a List of answers, or null
     * @throws LuaError when the script fails
     */
    @Nullable
    Object run(String script, List<String> keys, List<String> arguments) {
        environment.set("KEYS", table(keys));
        environment.set("ARGV", table(arguments));
        return answer(new LuaClosure(compiled.computeIfAbsent(script, this::compile), environment).call());
    }

    private Prototype compile(String script) {
        try {
            return globals.compilePrototype(new StringReader(script), "script");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Call extends VarArgFunction {
        private final boolean catches;

        Call(boolean catches) {
            this.catches = catches;
        }

        @Override
        public Varargs invoke(Varargs passed) {
            List<String> arguments = new ArrayList<>(passed.narg() - 1);
            for (int i = 2; i <= passed.narg(); i++) {
                arguments.add(argument(passed.arg(i)));
            }
            try {
                return value(keyspace.call(passed.checkjstring(1), arguments));
            } catch (CommandException refused) {
                if (!catches) {
                    throw new LuaError(refused.getMessage());
                }
                LuaTable error = new LuaTable();
                error.set("err", refused.getMessage());
                return error;
            }
        }
    }

    /** Converts a number to a string as Redis does: whole numbers with all their digits. */
    private static String argument(LuaValue value) {
        if (value.type() == LuaValue.TNUMBER) {
            double number = value.todouble();
            return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
        }
        if (value.type() != LuaValue.TSTRING) {
            throw new LuaError("Lua redis lib command arguments must be strings or integers");
        }
        return value.tojstring();
    }

    private static LuaTable table(List<?> values) {
        LuaTable table = new LuaTable(values.size(), 0);
        for (int i = 0; i < values.size(); i++) {
            table.set(i + 1, value(values.get(i)));
        }
        return table;
    }

    /** Converts a command's answer to a Lua value; null becomes {@code false}. */
    private static LuaValue value(@Nullable Object answer) {
        if (answer == null) {
            return LuaValue.FALSE;
        }
        if (answer instanceof List<?> list) {
            return table(list);
        }
        return answer instanceof Long number ? LuaValue.valueOf((double) number) : LuaValue.valueOf((String) answer);
    }

    /** Converts a script's result as Redis does: numbers are truncated, a list ends before the first nil. */
    private static @Nullable Object answer(LuaValue value) {
        return switch (value.type()) {
            case LuaValue.TNUMBER -> (long) value.todouble();
            case LuaValue.TSTRING -> value.tojstring();
            case LuaValue.TBOOLEAN -> value.toboolean() ? 1L : null;
            case LuaValue.TTABLE -> {
                List<Object> list = new ArrayList<>();
                for (int i = 1; !value.get(i).isnil(); i++) {
                    list.add(answer(value.get(i)));
                }
                yield list;
            }
            default -> null;
        };
    }

    /** {@code string.format} of a number with fixed decimals, which LuaJ formats differently. */
    private static final class Format extends TwoArgFunction {
        private static final Pattern FIXED = Pattern.compile("%\\.(\\d)f");

        @Override
        public LuaValue call(LuaValue format, LuaValue number) {
            Matcher fixed = FIXED.matcher(format.checkjstring());
            if (!fixed.matches()) {
                throw new LuaError("string.format supports only a number with fixed decimals");
            }
            return LuaValue.valueOf(new BigDecimal(number.checkdouble())
                    .setScale(Integer.parseInt(fixed.group(1)), RoundingMode.HALF_EVEN)
                    .toPlainString());
        }
    }
}
