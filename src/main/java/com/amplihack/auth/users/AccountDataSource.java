package com.amplihack.auth.users;

import com.amplihack.auth.config.DatabaseSettings;
import com.amplihack.auth.config.InvalidSettingException;
import com.amplihack.auth.config.Secret;
import java.io.PrintWriter;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Arrays;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * Where the server's connection pool gets its connections from: the driver's own data source, with the settings of this
 * service. The server could read them by itself ({@code ${MPCONFIG=…}} in {@code web.xml}), but then it resolves them before
 * the application runs, in its own way, and writes a password that it cannot resolve to its log.
 */
public class AccountDataSource implements DataSource {
    private static volatile DataSource driver;

    /**
     * Says what all connections from now on are to.
     *
     * @throws InvalidSettingException with the sentence for the operator, when there is no such driver
     */
    static void use(DatabaseSettings settings) {
        driver = open(settings);
    }

    private static DataSource open(DatabaseSettings settings) {
        try {
            DataSource opened = Class.forName(settings.driver(), true, AccountDataSource.class.getClassLoader())
                    .asSubclass(DataSource.class)
                    .getConstructor()
                    .newInstance();
            set(opened, "setUrl", settings.url().reveal());
            if (settings.user().isPresent()) {
                set(opened, "setUser", settings.user().get());
            }
            if (settings.password().isPresent()) {
                set(
                        opened,
                        "setPassword",
                        settings.password().map(Secret::reveal).get());
            }
            return opened;
        } catch (ReflectiveOperationException | LinkageError | ClassCastException unsuitable) {
            throw new InvalidSettingException(
                    "auth.db.class must be a JDBC data source with the properties url, user and" + " password, was '"
                            + settings.driver() + "'");
        }
    }

    private static void set(DataSource bean, String name, String value) throws ReflectiveOperationException {
        Method setter = Arrays.stream(bean.getClass().getMethods())
                .filter(method -> method.getName().equalsIgnoreCase(name)
                        && Arrays.equals(method.getParameterTypes(), new Class<?>[] {String.class}))
                .findFirst()
                .orElseThrow(() -> new NoSuchMethodException(name));
        setter.invoke(bean, value);
    }

    private static DataSource driver() throws SQLException {
        DataSource known = driver;
        if (known == null) {
            throw new SQLException("the settings are not read yet");
        }
        return known;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return driver().getConnection();
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return driver().getConnection(user, password);
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return driver().getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter writer) throws SQLException {
        driver().setLogWriter(writer);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return driver().getLoginTimeout();
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        driver().setLoginTimeout(seconds);
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : driver().unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || driver().isWrapperFor(type);
    }
}
