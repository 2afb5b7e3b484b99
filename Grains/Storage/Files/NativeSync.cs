using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TimeMachine.Storage.Files;

/// <summary>
/// The one place that syncs. The framework's own calls return normally when the system reports an error, so the system
/// is called here directly and its result looked at.
/// </summary>
internal static unsafe class NativeSync
{
    private const int InterruptedErrno = 4;
    private static readonly delegate* unmanaged[Cdecl]<int, int> FileSync = Find("fdatasync", "fsync");
    private static readonly delegate* unmanaged[Cdecl]<int, int> DirectorySync = Find("fsync", "fsync");
    private static readonly delegate* unmanaged[Cdecl]<byte*, int, int, int> OpenFile =
        (delegate* unmanaged[Cdecl]<byte*, int, int, int>)Export("open");

    private static readonly delegate* unmanaged[Cdecl]<int, int> CloseFile = Find("close", "close");

    /// <summary>Syncs a file's data, and of its metadata what reading it needs.</summary>
    /// <exception cref="SyncFailedException">The system reported an error.</exception>
    public static void SyncFile(SafeFileHandle handle, string path)
    {
        var isAdded = false;
        try
        {
            handle.DangerousAddRef(ref isAdded);
            Check(FileSync, (int)handle.DangerousGetHandle(), path);
        }
        finally
        {
            if (isAdded)
            {
                handle.DangerousRelease();
            }
        }
    }

    /// <summary>Syncs a directory's names.</summary>
    /// <exception cref="SyncFailedException">It cannot be opened, or the system reported an error.</exception>
    public static void SyncDirectory(string path)
    {
        int descriptor;
        fixed (byte* name = System.Text.Encoding.UTF8.GetBytes(path + '\0'))
        {
            descriptor = OpenFile(name, 0, 0);
        }

        if (descriptor < 0)
        {
            throw new SyncFailedException($"directory '{path}' cannot be opened: {Marshal.GetLastSystemError()}");
        }

        try
        {
            Check(DirectorySync, descriptor, path);
        }
        finally
        {
            CloseFile(descriptor);
        }
    }

    private static void Check(delegate* unmanaged[Cdecl]<int, int> sync, int descriptor, string path)
    {
        while (sync(descriptor) != 0)
        {
            var errno = Marshal.GetLastSystemError();
            if (errno != InterruptedErrno)
            {
                throw new SyncFailedException($"sync of '{path}' failed: error {errno}");
            }
        }
    }

    private static delegate* unmanaged[Cdecl]<int, int> Find(string name, string other) =>
        NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), name, out var address)
            ? (delegate* unmanaged[Cdecl]<int, int>)address
            : (delegate* unmanaged[Cdecl]<int, int>)Export(other);

    // By way of the main program, so that a library loaded before libc (fault injection) is the one that is called.
    private static nint Export(string name) => NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), name);
}
